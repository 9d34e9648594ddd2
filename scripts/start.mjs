// npm start: installs and builds when needed, then runs the service.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';
import { NODE_ARGUMENTS, runtimeEnvironment } from './runtime.mjs';

await prepare().catch(giveUp);
// A process of its own: most of these settings are read before the first line of a script.
becomeNode([...NODE_ARGUMENTS, join(root, 'dist', 'src', 'main.js')], {
  env: runtimeEnvironment(),
});
