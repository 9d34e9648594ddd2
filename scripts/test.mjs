// npm test, npm run test:thorough, npm run test:faults: installs and builds when needed, then runs jest with the arguments given.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';

await prepare().catch(giveUp);
becomeNode(
  [
    // jest loads ES modules through an interface that Node.js still calls experimental.
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    ...process.argv.slice(2),
  ],
  // jest --watch listens to the keyboard.
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);
