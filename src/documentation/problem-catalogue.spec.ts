import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import type { ErrorKind } from '../errors/domain-error.js';
import { STATUS_OF_KIND, titleOf } from '../http/problem.js';
import { PROBLEMS } from './problem-catalogue.js';

const SOURCES = join(import.meta.dirname, '..');
const sources = readdirSync(SOURCES, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.ts') && !path.endsWith('.spec.ts'))
  .map((path) => ({ path, text: readFileSync(join(SOURCES, path), 'utf8') }));

describe('the catalogue of problems', () => {
  it('has every code of the sources with its status, and no other', () => {
    const inCatalogue = Object.entries(PROBLEMS).map(([code, { status }]) => [code, status]);
    const inSources = [...codesOfErrors(), ...codesOfPreconditions(), ...codesOfTheFilter()];
    expect(Object.fromEntries(inCatalogue)).toEqual(Object.fromEntries(inSources));
  });

  it('explains each in sentences', () => {
    for (const [code, { explanation }] of Object.entries(PROBLEMS)) {
      expect(titleOf(code)).toMatch(/^[A-Z][a-z -]+$/);
      expect(explanation).toMatch(/^[A-Z].*[.]$/);
    }
  });
});

/** `kind = '…'` and `code = '…'` stand together in every class of errors. */
function codesOfErrors(): [string, number][] {
  return sources.flatMap(({ path, text }) =>
    [...text.matchAll(/code = '([a-z-]+)'/g)].map(({ 1: code = '', index }): [string, number] => {
      const kind = text
        .slice(0, index)
        .match(/kind = '([a-z-]+)'/g)
        ?.at(-1);
      if (!kind) throw new Error(`${path}: ${code} has no kind`);
      return [code, STATUS_OF_KIND[kind.slice("kind = '".length, -1) as ErrorKind]];
    }),
  );
}

/** PreconditionFailed makes its code of the resource's name. */
function codesOfPreconditions(): [string, number][] {
  const [, names = ''] =
    /type ConditionalResource =([^;]+);/.exec(textOf('errors/precondition.ts')) ?? [];
  const codes = [...names.matchAll(/'([a-z-]+)'/g)].map(({ 1: name = '' }) => `${name}-changed`);
  expect(codes).not.toHaveLength(0);
  return codes.map((code) => [code, STATUS_OF_KIND['precondition-failed']]);
}

/** What the problem filter answers without a DomainError. */
function codesOfTheFilter(): [string, number][] {
  const calls = textOf('http/problem.filter.ts').matchAll(/plain\(\s*(\d{3}),\s*'([a-z-]+)'/g);
  const answers = textOf('http/parser-errors.ts').matchAll(/status: (\d{3}),\s*code: '([a-z-]+)'/g);
  return [...calls, ...answers].map(({ 1: status, 2: code = '' }) => [code, Number(status)]);
}

function textOf(path: string): string {
  const found = sources.find((source) => source.path === path);
  if (!found) throw new Error(`There is no ${path}.`);
  return found.text;
}
