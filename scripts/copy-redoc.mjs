// Copies ReDoc's own bundle and its licences into the build: the production image has nothing but dist/
// and the production dependencies, and the page must not ask another host for it.
//
//   node scripts/copy-redoc.mjs [folder]
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const BUNDLE = 'redoc.standalone.js';
// The bundle shows its maker's logo from their server. A transparent pixel in its place keeps the link
// beside it and asks nobody.
const FOREIGN_LOGO = 'https://cdn.redoc.ly/redoc/logo-mini.svg';
const NOTHING =
  "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' width='1' height='1'/%3E";

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const target = resolve(process.argv[2] ?? join(root, 'dist', 'redoc'));
const source = dirname(fileURLToPath(import.meta.resolve('redoc/package.json')));

const bundle = readFileSync(join(source, 'bundles', BUNDLE), 'utf8');
if (bundle.split(FOREIGN_LOGO).length !== 2) {
  console.error(
    `${BUNDLE} is another one than this script knows: ${FOREIGN_LOGO} is not there once.`,
  );
  process.exit(1);
}
mkdirSync(target, { recursive: true });
// A debugger would ask for the source map, which is not shipped.
const withoutMap = bundle.replace(/\n\/\/# sourceMappingURL=.*\s*$/, '\n');
writeFileSync(
  join(target, BUNDLE),
  withoutMap.replace(FOREIGN_LOGO, () => NOTHING),
);
copyFileSync(
  join(source, 'bundles', `${BUNDLE}.LICENSE.txt`),
  join(target, `${BUNDLE}.LICENSE.txt`),
);
copyFileSync(join(source, 'LICENSE'), join(target, 'LICENSE'));
