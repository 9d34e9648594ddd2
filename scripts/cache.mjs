// npm run cache: installs and builds when needed, then tells of the cache of made pictures, or empties it.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';

await prepare().catch(giveUp);
becomeNode([
  '--enable-source-maps',
  join(root, 'dist', 'src', 'cli', 'cache.js'),
  ...process.argv.slice(2),
]);
