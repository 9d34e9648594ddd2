import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import {
  identifierOf,
  readIdentifier,
  takeSignatures,
  withoutSignatures,
} from './signed-identifiers.js';

const SIGNATURE = `1795450000.c3QtamFtZXM.${'Lrqz_IfVb-'.repeat(4)}abc`;
const KEYS = ['a', 'tray-7/front', '~', '~a', '~~', '~~a', `~${SIGNATURE}~a`, 'a~b~c', 'ä %"\n~~'];

describe('an identifier', () => {
  it.each(KEYS)('names the key %j, signed and not', (key) => {
    expect(readIdentifier(identifierOf(key))).toEqual({ key });
    expect(readIdentifier(identifierOf(key, SIGNATURE))).toEqual({ key, signature: SIGNATURE });
  });

  it('is the key itself where that cannot be taken for anything else', () => {
    for (const key of ['a', '~a', '~a~b', 'a~~b', '~1.2.3~a']) expect(identifierOf(key)).toBe(key);
  });
});

describe('an address', () => {
  it.each([
    [`/iiif/3/~${SIGNATURE}~a%2Fb/info.json`, `/iiif/3/a%2Fb/info.json?signature=${SIGNATURE}`],
    [`/iiif/3/~${SIGNATURE}~a`, `/iiif/3/a?signature=${SIGNATURE}`],
    [`/IIIF/3/%7E${SIGNATURE}%7Ea/x?y=z`, `/IIIF/3/a/x?y=z&signature=${SIGNATURE}`],
    [
      `/iiif/presentation/3/~${SIGNATURE}~%E2%82%AC/manifest`,
      `/iiif/presentation/3/%E2%82%AC/manifest?signature=${SIGNATURE}`,
    ],
    ['/iiif/3/~~~~a/info.json', '/iiif/3/~~a/info.json?'],
  ])('%s is read as %s', (sent, read) => {
    expect(taken(sent)).toBe(read);
  });

  it.each([
    '/iiif/3/a/info.json',
    '/iiif/3/~a/full/max/0/default.jpg',
    `/images/~${SIGNATURE}~a`,
    `/iiif/4/~${SIGNATURE}~a/info.json`,
    `/iiif/3/~${SIGNATURE.slice(1, -1)}~a/info.json`,
    '/iiif/3/%E0%A4%A/info.json',
    '/iiif/presentation/3/manifest?q=a',
    '/',
  ])('%s is read as it is', (sent) => {
    expect(taken(sent)).toBe(sent);
  });

  it('comes without its signature into a log', () => {
    for (const tilde of ['~', '%7E', '%7e'])
      expect(withoutSignatures(`/iiif/3/${tilde}${SIGNATURE}${tilde}a/info.json`)).toBe(
        '/iiif/3/~a/info.json',
      );
  });
});

function taken(url: string): string {
  const request = { url } as Request;
  void takeSignatures(request, {} as Response, () => undefined);
  return request.url;
}
