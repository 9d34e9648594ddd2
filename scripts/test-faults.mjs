// npm run test:faults: installs and builds when needed, then runs the specs of test/faults with jest.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';

await prepare().catch(giveUp);
becomeNode(
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(root, 'jest.faults.config.js'),
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: ['inherit', 'inherit', 'inherit', 'ipc'] },
);
