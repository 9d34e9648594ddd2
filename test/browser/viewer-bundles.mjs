// The viewers as their makers publish them. Only their finished bundles are needed, which hold all that they
// need: installing the packages would bring 200 others along, and 375 MB.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const KEPT = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'var', 'viewers');

const PACKAGES = [
  {
    name: 'openseadragon',
    version: '6.1.1',
    integrity:
      'sha512-g4iKe2q8B642SaBT3+x4ZF3/8b1TxPPydyjmtrOLgDrlYWMKd9ZXM+1Cb/xa9DVySkvs/7l6HR1nHKfD5F3Tsw==',
    files: ['build/openseadragon/openseadragon.min.js'],
  },
  {
    name: '@annotorious/openseadragon',
    version: '3.8.10',
    integrity:
      'sha512-APvir1z3DXRbMnQtR9cUG1dhUHp1MurPfjck626UGMrcIyLB342h8zE5QuU8fSp+QJCaAyrJiYmfo/0T1Tva4g==',
    files: ['dist/annotorious-openseadragon.js', 'dist/annotorious-openseadragon.css'],
  },
  {
    name: 'mirador',
    version: '4.0.0',
    integrity:
      'sha512-uWsE9e2oqSc/lUu+vVwDGhTsycuhGsfZ2KfX6CLfXiT3wgGy6qT9+q5M3V9Zz72hkdIgsJugKesaowmRtYmvrA==',
    files: ['dist/mirador.min.js'],
  },
];

/** Paths of the bundles, by their file names; fetched through npm once, and checked. */
export async function viewerBundles() {
  const paths = {};
  for (const { name, version, integrity, files } of PACKAGES) {
    const folder = join(KEPT, `${name.replace('/', '-')}-${version}`);
    if (!existsSync(folder)) await fetchInto(folder, `${name}@${version}`, integrity, files);
    for (const file of files) paths[file.split('/').at(-1)] = join(folder, 'package', file);
  }
  return paths;
}

async function fetchInto(folder, what, integrity, files) {
  await mkdir(KEPT, { recursive: true });
  const work = await mkdtemp(join(KEPT, 'fetching-'));
  try {
    const pack = ['pack', '--json', '--ignore-scripts', '--pack-destination', work, what];
    const { stdout } = await run('npm', pack, { maxBuffer: 64 * 1024 * 1024 });
    const archive = join(work, JSON.parse(stdout)[0].filename);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== integrity)
      throw new Error(`${what} is not what it was: sha512-${digest}`);
    const wanted = ['-xzf', archive, '-C', work, ...files.map((file) => `package/${file}`)];
    await run('tar', wanted);
    await rm(archive);
    await rename(work, folder);
  } catch (error) {
    await rm(work, { recursive: true, force: true });
    throw error;
  }
}
