import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { InvalidRequest } from '../errors/invalid-request.js';
import { ContentDigestCheck, ContentDigestMismatch } from './content-digest.js';

const CONTENT = '{"hello": "world"}';
// The examples of RFC 9530, appendix B.
const SHA_256 = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';
const SHA_512 =
  'sha-512=:WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:';

function check(header: string | undefined, content = CONTENT): void {
  const digest = new ContentDigestCheck(header);
  for (const hash of digest.hashes) hash.update(content.slice(0, 5)).update(content.slice(5));
  digest.assertMatches();
}

describe('ContentDigestCheck', () => {
  it.each([
    undefined,
    SHA_256,
    SHA_512,
    `${SHA_256}, ${SHA_512}`,
    `md5=:AAAA:,${SHA_256}`,
    'md5=:AAAA:',
  ])('lets content through that is what %s says', (header) =>
    expect(() => check(header)).not.toThrow(),
  );

  it.each([SHA_256, SHA_512, `${SHA_256}, ${digestOf('other')}`])(
    'refuses other content: %s',
    (header) => {
      expect(() => check(header, header.includes(', ') ? CONTENT : 'other')).toThrow(
        ContentDigestMismatch,
      );
    },
  );

  it.each(['sha-256=:YQ==:', 'sha-256=::', 'sha-512=:YQ==:'])(
    'refuses a digest that is too short: %s',
    (header) => expect(() => check(header)).toThrow(ContentDigestMismatch),
  );

  it.each([
    '',
    'sha-256',
    'sha-256=YQ==',
    'sha-256=:YQ==',
    'sha-256=:Y Q=:',
    'SHA-256=:YQ==:',
    '=:YQ==:',
    `${SHA_256},`,
  ])('refuses what is no dictionary of byte sequences: %j', (header) =>
    expect(() => check(header)).toThrow(InvalidRequest),
  );

  it.each(['constructor=:YQ==:', 'valueof=:YQ==:'])('takes %s for one algorithm more', (header) => {
    expect(new ContentDigestCheck(header).hashes).toEqual([]);
  });

  it('hashes only what it has to compare', () => {
    expect(new ContentDigestCheck(undefined).hashes).toHaveLength(0);
    expect(new ContentDigestCheck(`${SHA_256}, md5=:AAAA:`).hashes).toHaveLength(1);
  });
});

function digestOf(content: string): string {
  return `sha-512=:${createHash('sha512').update(content).digest('base64')}:`;
}
