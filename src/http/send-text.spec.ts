import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sendText } from './send-text.js';

describe('sendText', () => {
  let server: Server;
  let parts: string[];

  beforeAll(async () => {
    server = createServer((_request, response) => sendText(response, parts));
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });

  afterAll(() => void server.close());

  async function answer(method: string): Promise<{ text: string; length: number }> {
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/`, { method });
    return {
      text: await response.text(),
      length: Number(response.headers.get('content-length')),
    };
  }

  it.each([
    ['no part', []],
    ['a short text', ['[', '"ä"', ']']],
    ['a long text of ASCII', ['[', '"x"'.repeat(20_000), ']']],
    [
      'a long text with some characters of two to four bytes',
      ['[', 'x'.repeat(20_000), 'é€🔬', ']'],
    ],
    ['a long text of characters of one UTF-16 unit each', ['é'.repeat(20_000), 'ÿ']],
    [
      'half of a character, which becomes the replacement character',
      ['x'.repeat(20_000), '\ud83d'],
    ],
  ] as [string, string[]][])(
    'sends %s whole, and says how many bytes it has',
    async (_what, given) => {
      parts = given;
      const bytes = Buffer.from(given.join(''));

      expect(await answer('GET')).toEqual({ text: bytes.toString(), length: bytes.length });
      expect(await answer('HEAD')).toEqual({ text: '', length: bytes.length });
    },
  );
});
