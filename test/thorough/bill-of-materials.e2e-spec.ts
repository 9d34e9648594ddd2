import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

interface Component {
  type: string;
  'bom-ref': string;
  name: string;
  version: string;
  purl: string;
  hashes?: { alg: string; content: string }[];
  licenses?: { license?: { id?: string }; expression?: string }[];
}

interface Bill {
  bomFormat: string;
  specVersion: string;
  version: number;
  metadata: { component: Component };
  components: Component[];
  dependencies: { ref: string; dependsOn: string[] }[];
}

const root = join(import.meta.dirname, '..', '..');
const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as {
  packages: Record<string, { version?: string; dev?: boolean; name?: string }>;
};

describe('npm run sbom', () => {
  let folder: string;
  let text: string;
  let bill: Bill;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'loupe-sbom-'));
    text = written('one.json');
    bill = JSON.parse(text) as Bill;
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('writes CycloneDX 1.5 about the service', () => {
    expect(bill).toMatchObject({ bomFormat: 'CycloneDX', specVersion: '1.5', version: 1 });
    expect(bill.metadata.component).toMatchObject({ type: 'application', name: 'loupe' });
  });

  it('names every package that ships, once, with its digest and its licence', () => {
    const references = bill.components.map((component) => component['bom-ref']);
    expect(new Set(references).size).toBe(references.length);
    for (const component of bill.components) {
      const { name, version, purl, hashes = [], licenses = [] } = component;
      expect(purl).toBe(`pkg:npm/${name.replace('@', '%40')}@${version}`);
      expect(hashes).toContainEqual({
        alg: 'SHA-512',
        content: expect.stringMatching(/^[0-9a-f]{128}$/),
      });
      expect({ name, licences: licenses.length }).toEqual({ name, licences: 1 });
    }
    const shipped = Object.entries(lock.packages)
      .filter(([path, { dev }]) => path !== '' && dev !== true)
      .map(([path, { version = '' }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
    expect(shipped.length).toBeGreaterThan(100);
    expect(references).toEqual(expect.arrayContaining(shipped));
  });

  it('includes what is bundled into the API pages, and no other development package', () => {
    const names = bill.components.map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['redoc', 'react', 'dompurify', 'sharp', 'pg']));
    for (const other of ['jest', 'eslint', 'oidc-provider', 'playwright-core'])
      expect(names).not.toContain(other);
  });

  it('tells what depends on what, and names nothing else there', () => {
    const known = new Set([
      bill.metadata.component['bom-ref'],
      ...bill.components.map((component) => component['bom-ref']),
    ]);
    const named = bill.dependencies.flatMap(({ ref, dependsOn }) => [ref, ...dependsOn]);
    expect(named.filter((reference) => !known.has(reference))).toEqual([]);
    expect(bill.dependencies.length).toBe(known.size);
  });

  it('tells nothing of the machine, and the same every time', () => {
    for (const trace of [root, tmpdir()])
      expect(text).not.toContain(JSON.stringify(trace).slice(1, -1));
    expect(text).not.toMatch(/timestamp|serialNumber/);
    expect(written('two.json')).toBe(text);
  });

  function written(name: string): string {
    const path = join(folder, name);
    const { status, stderr } = run('sbom.mjs', path);
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    return readFileSync(path, 'utf8');
  }
});

describe('npm run licences', () => {
  it('finds the licence of everything that ships on its list, and docs/licences.md up to date', () => {
    expect(run('licences.mjs', '--check')).toMatchObject({ status: 0, stderr: '' });
  });

  it.each([
    ['MIT', 'any', true],
    ['(MPL-2.0 OR Apache-2.0)', 'any', true],
    ['Apache-2.0 AND LGPL-3.0-or-later', '@img/sharp-win32-x64', true],
    ['LGPL-3.0-or-later', 'any', false],
    ['GPL-3.0-only', 'any', false],
    ['MIT AND AGPL-3.0-only', 'any', false],
    ['(MIT AND GPL-3.0-only) OR MIT', 'any', false],
    ['SEE LICENSE IN LICENSE', 'any', false],
    [undefined, 'any', false],
  ])('takes %s of %s: %s', async (expression, name, isTaken) => {
    const { licenceFaults } = (await import(
      join(root, 'scripts', 'bill-of-materials.mjs')
    )) as typeof import('../../scripts/bill-of-materials.mjs');
    const licenses = expression === undefined ? [] : [{ expression }];
    const faults = licenceFaults({ components: [{ 'bom-ref': 'a@1', name, licenses }] });
    expect(faults).toHaveLength(isTaken ? 0 : 1);
  });
});

function run(script: string, argument: string) {
  const { status, stderr } = spawnSync(
    process.execPath,
    [join(root, 'scripts', script), argument],
    { encoding: 'utf8' },
  );
  return { status, stderr };
}
