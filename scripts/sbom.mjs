// Writes the software bill of materials of what ships, as CycloneDX JSON.
//
//   node scripts/sbom.mjs dist/sbom.cdx.json
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { billOfMaterials } from './bill-of-materials.mjs';

const path = process.argv[2];
if (!path) {
  console.error('Usage: node scripts/sbom.mjs <sbom.cdx.json>');
  process.exit(2);
}

const document = billOfMaterials();
mkdirSync(dirname(resolve(path)), { recursive: true });
writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
console.log(`${path}: ${document.components.length} components`);
