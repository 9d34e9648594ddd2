import { describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** First versions without the faults that would concern a service that takes uploads and queries. */
const SAFE_FROM: Record<string, string> = {
  'body-parser': '2.3.0',
  cookie: '0.7.0',
  dompurify: '3.2.4',
  express: '5.0.1',
  jose: '4.15.5',
  multer: '2.3.0',
  'path-to-regexp': '8.4.2',
  prismjs: '1.30.0',
  qs: '6.14.1',
  send: '0.19.0',
  sharp: '0.35.0',
  typeorm: '1.0.0',
};

interface LockedPackage {
  version?: string;
  resolved?: string;
  integrity?: string;
  link?: boolean;
  dev?: boolean;
}

interface Manifest {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

const root = join(import.meta.dirname, '..', '..');
const manifest = read('package.json') as Manifest;
const locked = Object.entries(
  (read('package-lock.json') as { packages: Record<string, LockedPackage> }).packages,
).filter(([path]) => path !== '');

describe('the lock file', () => {
  it.each(Object.entries(SAFE_FROM))('has no %s older than %s', (name, safeFrom) => {
    const versions = locked
      .filter(([path]) => path.endsWith(`node_modules/${name}`))
      .map(([, entry]) => entry.version ?? 'unknown');

    expect(versions).not.toEqual([]);
    expect(versions.filter((version) => !isAtLeast(version, safeFrom))).toEqual([]);
  });

  it('fixes the content of every package by its digest', () => {
    const unfixed = locked.filter(([, entry]) => !entry.link && !entry.integrity);

    expect(unfixed.map(([path]) => path)).toEqual([]);
  });

  it('takes packages from the public registry and from nowhere else', () => {
    const elsewhere = locked.filter(
      ([, { resolved, link }]) =>
        link !== true && resolved !== undefined && !isFromPublicRegistry(resolved),
    );

    expect(elsewhere.map(([path]) => path)).toEqual([]);
  });

  it('holds the very versions that package.json names', () => {
    const entries = new Map(locked);
    const different = Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter(([name, version]) => entries.get(`node_modules/${name}`)?.version !== version)
      .map(([name]) => name);

    expect(different).toEqual([]);
  });
});

describe('package.json', () => {
  it.each(['dependencies', 'devDependencies'] as const)('pins its %s exactly', (kind) => {
    const loose = Object.entries(manifest[kind]).filter(([, version]) => !isExact(version));

    expect(loose).toEqual([]);
  });
});

function read(name: string): unknown {
  return JSON.parse(readFileSync(join(root, name), 'utf8'));
}

function isExact(version: string): boolean {
  return /^\d+\.\d+\.\d+(-[\w.-]+)?$/.test(version);
}

function isFromPublicRegistry(resolved: string): boolean {
  return URL.canParse(resolved) && new URL(resolved).origin === 'https://registry.npmjs.org';
}

/** Compares major, minor and patch; a prerelease counts as older than its release (semver.org, 11.3). */
function isAtLeast(version: string, least: string): boolean {
  if (!/^\d+\.\d+\.\d+/.test(version)) return false;
  const [numbers = '', prerelease] = version.split('-', 2);
  const difference = compare(numbers.split('.').map(Number), least.split('.').map(Number));
  return difference > 0 || (difference === 0 && prerelease === undefined);
}

function compare(left: number[], right: number[]): number {
  const at = left.findIndex((value, position) => value !== right[position]);
  return at === -1 ? 0 : (left[at] ?? 0) - (right[at] ?? 0);
}
