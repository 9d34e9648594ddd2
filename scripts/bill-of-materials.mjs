// What ships with the service, read from package-lock.json: nothing is installed and nobody is asked.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

const NAME = 'loupe';

/** Development packages whose code is copied into the build (scripts/copy-redoc.mjs). */
const BUNDLED = ['redoc'];

/** Packages that state their licence in a form that npm does not read; their LICENSE files were read instead. */
const STATED_ELSEWHERE = {
  busboy: 'MIT',
  decko: 'MIT',
  stickyfill: 'MIT',
  streamsearch: 'MIT',
  'url-template': 'BSD-3-Clause',
};

/** Licences whose terms are kept by shipping the packages unchanged, with the licence files inside. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Python-2.0',
  'Unlicense',
]);

/** Licences that are right for some packages only, by the beginning of their names. */
const ALLOWED_FOR = {
  'LGPL-3.0-or-later': '@img/sharp-',
  // DejaVu's LICENSE file itself is Bitstream Vera's: like the OFL, free to ship unchanged.
  'OFL-1.1': '@fontsource/',
};

/**
 * The production packages and what is bundled from others, as CycloneDX 1.5. The same lock file gives the
 * same document: it has no time, no serial number and nothing of the machine that made it.
 */
export function billOfMaterials() {
  const all = npmSbom();
  const ships = new Set([...productionPackages(), ...closureOf(all, BUNDLED)]);
  // npm calls it by the name of the folder, and a library.
  const application = { ...all.metadata.component, type: 'application', name: NAME };
  const isKept = (reference) => reference === application['bom-ref'] || ships.has(reference);
  return {
    $schema: all.$schema,
    bomFormat: all.bomFormat,
    specVersion: all.specVersion,
    version: all.version,
    metadata: { ...withoutTime(all.metadata), component: application },
    components: all.components
      .filter((component) => isKept(component['bom-ref']))
      .map(described)
      .sort(byReference),
    dependencies: all.dependencies
      .filter(({ ref }) => isKept(ref))
      .map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter(isKept) })),
  };
}

/** The licence of a component, as an SPDX expression; undefined if it states none. */
export function licenceOf({ licenses = [] }) {
  const [{ expression, license } = {}] = licenses;
  return expression ?? license?.id ?? license?.name;
}

/** The components whose licence is missing or not on the list, each with what it says. */
export function licenceFaults({ components }) {
  return components
    .filter((component) => !isAllowed(licenceOf(component), component.name))
    .map((component) => `${component['bom-ref']}: ${licenceOf(component) ?? 'no licence'}`);
}

function isAllowed(expression, name) {
  if (expression === undefined) return false;
  const plain = expression.replaceAll(/[()]/g, '');
  const alternatives = plain.split(' OR ');
  // What mixes both is for a person to read.
  if (alternatives.length > 1 && plain.includes(' AND ')) return false;
  return alternatives.some((alternative) =>
    alternative
      .split(' AND ')
      .every((id) => ALLOWED.has(id) || (ALLOWED_FOR[id] && name.startsWith(ALLOWED_FOR[id]))),
  );
}

function npmSbom() {
  const output = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'],
    { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], maxBuffer: 64 * 1024 ** 2 },
  );
  return JSON.parse(output);
}

/**
 * What `npm ci --omit=dev` installs. (`npm sbom --omit dev` is no help: npm 11 leaves out whatever
 * development packages depend on too.)
 */
function productionPackages() {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'));
  return Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && dev !== true)
    .map(([path, { version }]) => `${path.replace(/^.*node_modules\//, '')}@${version}`);
}

/** The references of these packages and of everything that they depend on. */
function closureOf({ components, dependencies }, names) {
  const dependsOn = new Map(dependencies.map((entry) => [entry.ref, entry.dependsOn]));
  const open = components
    .filter(({ name }) => names.includes(name))
    .map((component) => component['bom-ref']);
  const found = new Set();
  for (let reference = open.pop(); reference !== undefined; reference = open.pop()) {
    if (found.has(reference)) continue;
    found.add(reference);
    open.push(...(dependsOn.get(reference) ?? []));
  }
  return [...found];
}

function described(component) {
  const licence = licenceOf(component) ?? STATED_ELSEWHERE[component.name];
  const properties = component.properties.filter(
    ({ name }) => name !== 'cdx:npm:package:development',
  );
  return {
    ...component,
    ...(licenceOf(component) === undefined &&
      licence && { licenses: [{ license: { id: licence } }] }),
    properties,
  };
}

function withoutTime(metadata) {
  return Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'timestamp'));
}

function byReference(one, other) {
  return one['bom-ref'] < other['bom-ref'] ? -1 : 1;
}
