// npm run verify: installs and builds when needed, then compares records, files and hashes.
import { join } from 'node:path';
import { becomeNode } from './foreground.mjs';
import { prepare, PrepareError, root } from './prepare.mjs';

await prepare().catch((error) => {
  console.error(error instanceof PrepareError ? error.message : error);
  process.exit(2); // 1 says that there are differences
});
becomeNode([
  '--enable-source-maps',
  join(root, 'dist', 'src', 'cli', 'verify.js'),
  ...process.argv.slice(2),
]);
