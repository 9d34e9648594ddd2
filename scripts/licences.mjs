// Checks that everything that ships has a licence of the list (scripts/bill-of-materials.mjs), and writes
// docs/licences.md; with --check, only compares it.
//
//   node scripts/licences.mjs [--check]
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { billOfMaterials, licenceFaults, licenceOf } from './bill-of-materials.mjs';

const INTRODUCTION = `# Licences

Loupe itself is under the [MIT licence](../LICENSE). This is what ships with it: the packages below
\`node_modules\` of the image, with their licence files, and what the bundle of ReDoc is made of (its
licences are served at \`/redoc/redoc.standalone.js.LICENSE.txt\`). Written by \`npm run licences\`, which fails
when a package has a licence that is not on its list; versions and digests are in the bill of materials
(\`npm run sbom\`). Node.js and Debian, which the image stands on, have lists of their own.

sharp brings libvips as a shared library under the LGPL. It is shipped as published and loaded when the
service starts, never linked into it: whoever passes the image on passes on its licence and where its source is
(<https://github.com/lovell/sharp-libvips>), and anybody may put another build of libvips in its place. The
licence asks nothing more of Loupe or of what uses its API. Of the packages for other platforms only the one
that fits is installed.
`;

const path = join(import.meta.dirname, '..', 'docs', 'licences.md');
const document = billOfMaterials();
const faults = licenceFaults(document);
const text = textOf(document);
if (!process.argv.includes('--check')) writeFileSync(path, text);
else if (readFileSync(path, 'utf8') !== text)
  faults.push('docs/licences.md is not of these packages: run npm run licences');

for (const fault of faults) console.error(fault);
console.log(`${document.components.length} packages, ${faults.length} faults`);
process.exitCode = faults.length === 0 ? 0 : 1;

function textOf({ components }) {
  const byLicence = new Map();
  for (const component of components) {
    const licence = licenceOf(component);
    byLicence.set(licence, [...(byLicence.get(licence) ?? []), component.name]);
  }
  const sections = [...byLicence]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([licence, members]) => {
      const names = [...new Set(members)];
      return `## ${licence} (${names.length})\n\n${names.map((name) => `- ${name}`).join('\n')}\n`;
    });
  return `${INTRODUCTION}\n${sections.join('\n')}`;
}
