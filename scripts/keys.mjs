// npm run keys: installs and builds when needed, then makes, lists or revokes API keys.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';

await prepare().catch(giveUp);
becomeNode([
  '--enable-source-maps',
  join(root, 'dist', 'src', 'cli', 'keys.js'),
  ...process.argv.slice(2),
]);
