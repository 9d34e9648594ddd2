import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import {
  createReadStream,
  mkdtempSync,
  readdirSync,
  readlinkSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { Agent, createServer, type IncomingMessage, request, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Logger } from '@nestjs/common';
import { DomainError } from '../../errors/domain-error.js';
import { STATUS_OF_KIND } from '../problem.js';
import type { ByteRange } from './byte-ranges.js';
import type { OpenedRepresentation, Representation } from './representation.js';
import { type SendOptions, sendRepresentation } from './send-representation.js';
import { ServerTiming } from './server-timing.js';

const CONTENT = randomBytes(300_000);
const SHA_256 = createHash('sha256').update(CONTENT).digest('hex');
const DIGEST = `sha-256=:${Buffer.from(SHA_256, 'hex').toString('base64')}:`;
const MODIFIED = 'Sun, 01 Mar 2026 08:31:00 GMT';
const ETAG = '"abc"';

interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  body: Buffer;
}

describe.each(['file', 'memory'] as const)('a representation in a %s', (kind) => {
  let folder: string;
  /** One connection for all requests of a test, so that none may leave bytes too many or too few. */
  let agent: Agent;
  let server: Server;
  let port: number;
  let representation: Representation;
  let options: SendOptions;
  let opened: number;
  let closed: number;
  let handled: Promise<unknown>;
  let broken: unknown;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'representation-'));
    writeFileSync(join(folder, 'content'), CONTENT);
    agent = new Agent({ keepAlive: true, maxSockets: 1 });
    opened = 0;
    closed = 0;
    broken = undefined;
    representation = {
      etag: ETAG,
      mediaType: 'image/png',
      lastModified: new Date('2026-03-01T08:31:00.750Z'),
      open: () => {
        opened += 1;
        return Promise.resolve(anOpened());
      },
    };
    options = { cacheControl: 'private, no-cache' };
    server = createServer((incoming, response) => {
      response.setHeader('Cache-Control', 'no-store');
      response.setHeader('Vary', 'Origin');
      handled = sendRepresentation(incoming, response, representation, options).catch(
        (error: unknown) => {
          broken = error;
          if (response.headersSent || !(error instanceof DomainError)) response.destroy();
          else response.writeHead(STATUS_OF_KIND[error.kind]).end(error.code);
        },
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as AddressInfo).port;
  });
  afterEach(async () => {
    jest.restoreAllMocks();
    agent.destroy();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    rmSync(folder, { recursive: true });
  });

  function anOpened(): OpenedRepresentation {
    const stream = ({ start, end }: ByteRange = { start: 0, end: Infinity }) =>
      createReadStream(join(folder, 'content'), { start, end, highWaterMark: 16_384 });
    const close = () => {
      closed += 1;
    };
    const memory = { body: CONTENT, stream: () => Readable.from([]) };
    return {
      bytes: CONTENT.length,
      sha256: SHA_256,
      close,
      ...(kind === 'memory' ? memory : { stream }),
    };
  }

  /** The answer, when the server is done with it, too. */
  async function ask(headers: Record<string, string> = {}, method = 'GET'): Promise<Answer> {
    const answer = await exchange(headers, method);
    await handled;
    return answer;
  }

  function exchange(headers: Record<string, string>, method: string): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const asked = request({ port, host: '127.0.0.1', method, headers, agent }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () =>
          resolve({
            status: answer.statusCode ?? 0,
            headers: answer.headers,
            body: Buffer.concat(chunks),
          }),
        );
      });
      asked.on('error', reject);
      asked.end();
    });
  }

  /** Descriptors of this process that are open on the content. */
  function descriptors(): number {
    return readdirSync('/proc/self/fd').filter((descriptor) => {
      try {
        return readlinkSync(`/proc/self/fd/${descriptor}`).startsWith(folder);
      } catch {
        return false;
      }
    }).length;
  }

  async function until(holds: () => boolean): Promise<void> {
    for (let turn = 0; turn < 500 && !holds(); turn += 1) await sleep(10);
    expect(holds()).toBe(true);
  }

  it('is sent whole, with what tells it from others', async () => {
    const { status, headers, body } = await ask();

    expect(status).toBe(200);
    expect(body.equals(CONTENT)).toBe(true);
    expect(headers).toMatchObject({
      etag: ETAG,
      'content-type': 'image/png',
      'content-length': String(CONTENT.length),
      'last-modified': MODIFIED,
      'cache-control': 'private, no-cache',
      'accept-ranges': 'bytes',
      'content-digest': DIGEST,
      'repr-digest': DIGEST,
    });
    expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
  });

  it('comes with the headers of its route, which add to Vary and replace others', async () => {
    const timings = new ServerTiming();
    representation.open = () => timings.measure('lookup', Promise.resolve(anOpened()));
    options = {
      cacheControl: 'no-cache',
      headers: { Vary: 'Accept', 'X-Image-Transform': '1,0,0,1,0,0' },
      download: 'Tüte.png',
      timings,
    };

    const { headers } = await ask();

    expect(headers).toMatchObject({
      vary: 'Origin, Accept',
      'cache-control': 'no-cache',
      'x-image-transform': '1,0,0,1,0,0',
      'content-disposition': `attachment; filename=Tute.png; filename*=UTF-8''T%C3%BCte.png`,
      'server-timing': expect.stringMatching(/^lookup;dur=[\d.]+$/),
    });
  });

  it('leaves the connection fit for the next request, whatever the last one was', async () => {
    // Node's client hangs up after a HEAD without a length.
    representation.bytes = CONTENT.length;
    const ports = new Set<number | undefined>();
    const connected = (socket: Socket) => ports.add(socket.remotePort);
    server.on('connection', connected);
    for (const [method, headers] of [
      ['GET', {}],
      ['HEAD', {}],
      ['GET', { range: 'bytes=0-9,20-29' }],
      ['GET', { 'if-none-match': ETAG }],
      ['GET', { range: 'bytes=-7' }],
      ['GET', {}],
    ] as const) {
      const { status } = await ask(headers, method);
      expect([200, 206, 304]).toContain(status);
    }
    expect(ports.size).toBe(1);
  });

  describe('asked for by HEAD', () => {
    it('is not opened, and tells what is known', async () => {
      const { status, headers, body } = await ask({}, 'HEAD');

      expect(status).toBe(200);
      expect(headers).toMatchObject({
        etag: ETAG,
        'content-type': 'image/png',
        'accept-ranges': 'bytes',
        'last-modified': MODIFIED,
      });
      for (const name of ['content-length', 'transfer-encoding', 'content-digest', 'repr-digest'])
        expect(headers).not.toHaveProperty(name);
      expect(body).toHaveLength(0);
      expect(opened).toBe(0);
    });

    it('tells length and digest where they are known, and no digest of nothing', async () => {
      Object.assign(representation, { bytes: CONTENT.length, sha256: SHA_256 });

      const { headers } = await ask({}, 'HEAD');

      expect(headers).toMatchObject({
        'content-length': String(CONTENT.length),
        'repr-digest': DIGEST,
      });
      expect(headers).not.toHaveProperty('content-digest');
      expect(opened).toBe(0);
    });

    it.each(['bytes=0-9', 'bytes=999999-'])('does not go by Range: %s', async (range) => {
      const { status, headers } = await ask({ range }, 'HEAD');
      expect(status).toBe(200);
      expect(headers).not.toHaveProperty('content-range');
    });

    it('is 304 as GET is', async () => {
      expect((await ask({ 'if-none-match': ETAG }, 'HEAD')).status).toBe(304);
    });
  });

  describe('under conditions', () => {
    const LATER = 'Sun, 01 Mar 2026 08:31:01 GMT';
    const EARLIER = 'Sun, 01 Mar 2026 08:30:59 GMT';

    it.each<[number, Record<string, string>]>([
      [304, { 'if-none-match': ETAG }],
      [304, { 'if-none-match': `"other", W/${ETAG}` }],
      [304, { 'if-none-match': '*' }],
      [304, { 'if-modified-since': MODIFIED }],
      [304, { 'if-modified-since': LATER }],
      [304, { 'if-match': ETAG, 'if-none-match': ETAG }],
      [304, { 'if-none-match': ETAG, range: 'bytes=0-1' }],
      [304, { 'if-none-match': ETAG, range: 'bytes=9999999-' }],
      [304, { 'if-none-match': ETAG, 'if-modified-since': EARLIER }],
      [200, { 'if-none-match': '"other"' }],
      [200, { 'if-none-match': '"other"', 'if-modified-since': LATER }],
      [200, { 'if-modified-since': EARLIER }],
      [200, { 'if-modified-since': 'yesterday' }],
      [200, { 'if-match': `"other", ${ETAG}` }],
      [200, { 'if-match': '*' }],
      [200, { 'if-unmodified-since': MODIFIED }],
      [200, { 'if-unmodified-since': 'yesterday' }],
      [200, { 'if-match': ETAG, 'if-unmodified-since': EARLIER }],
      [412, { 'if-match': '"other"' }],
      [412, { 'if-match': `W/${ETAG}` }],
      [412, { 'if-match': '"other"', 'if-none-match': ETAG }],
      [412, { 'if-unmodified-since': EARLIER }],
      [412, { 'if-unmodified-since': EARLIER, range: 'bytes=9999999-' }],
      [400, { 'if-match': 'abc' }],
    ])('answers %i to %j', async (status, headers) => {
      const answer = await ask(headers);
      expect(answer.status).toBe(status);
      expect(opened).toBe(status === 200 ? 1 : 0);
    });

    it('repeats in a 304 what a cache goes by, and nothing about bytes', async () => {
      options.headers = { Vary: 'Accept', 'X-Image-Transform': '1,0,0,1,0,0' };
      const { headers, body } = await ask({ 'if-none-match': ETAG });

      expect(body).toHaveLength(0);
      expect(headers).toMatchObject({
        etag: ETAG,
        'cache-control': 'private, no-cache',
        'last-modified': MODIFIED,
        vary: 'Origin, Accept',
        'x-image-transform': '1,0,0,1,0,0',
      });
      for (const name of ['content-type', 'content-length', 'content-digest', 'transfer-encoding'])
        expect(headers).not.toHaveProperty(name);
    });
  });

  describe('asked for by Range', () => {
    it.each([
      ['bytes=0-0', 0, 0],
      ['bytes=1000-200000', 1000, 200_000],
      ['bytes=299000-', 299_000, 299_999],
      ['bytes=-500', 299_500, 299_999],
      ['bytes=0-9,10-19', 0, 19],
    ])('%s is that part', async (range, start, end) => {
      const { status, headers, body } = await ask({ range });

      expect(status).toBe(206);
      expect(headers).toMatchObject({
        etag: ETAG,
        'content-type': 'image/png',
        'content-range': `bytes ${start}-${end}/300000`,
        'content-length': String(end - start + 1),
        'repr-digest': DIGEST,
        'cache-control': 'private, no-cache',
        'last-modified': MODIFIED,
      });
      expect(headers).not.toHaveProperty('content-digest');
      expect(body.equals(CONTENT.subarray(start, end + 1))).toBe(true);
      expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
    });

    it('is several parts, in the order in which they were asked for', async () => {
      const { status, headers, body } = await ask({ range: 'bytes=200000-280000, 0-9,-1' });

      expect(status).toBe(206);
      expect(headers).not.toHaveProperty('content-range');
      expect(headers['content-length']).toBe(String(body.length));
      expect(partsOf(headers['content-type'] ?? '', body)).toEqual([
        {
          type: 'image/png',
          range: 'bytes 200000-280000/300000',
          sha1: sha1(CONTENT.subarray(200_000, 280_001)),
        },
        { type: 'image/png', range: 'bytes 0-9/300000', sha1: sha1(CONTENT.subarray(0, 10)) },
        {
          type: 'image/png',
          range: 'bytes 299999-299999/300000',
          sha1: sha1(CONTENT.subarray(-1)),
        },
      ]);
      expect({ opened, closed }).toEqual({ opened: 1, closed: 1 });
    });

    it.each(['bytes=5-1', 'pages=1-2', 'bytes=0-,0-', 'nonsense'])(
      '%s is the whole',
      async (range) => {
        const { status, body } = await ask({ range });
        expect(status).toBe(200);
        expect(body.equals(CONTENT)).toBe(true);
      },
    );

    it.each([true, false])(
      'behind its end is refused (length known beforehand: %s)',
      async (isKnown) => {
        if (isKnown) representation.bytes = CONTENT.length;

        const { status, headers, body } = await ask({ range: 'bytes=300000-' });

        expect(status).toBe(416);
        expect(String(body)).toBe('range-not-satisfiable');
        expect(broken).toMatchObject({ bytes: CONTENT.length });
        expect({ opened, closed }).toEqual(
          isKnown ? { opened: 0, closed: 0 } : { opened: 1, closed: 1 },
        );
        for (const name of ['etag', 'last-modified', 'content-disposition', 'repr-digest'])
          expect(headers).not.toHaveProperty(name);
        expect(headers['cache-control']).toBe('no-store');
      },
    );

    it.each([
      [ETAG, 206],
      [MODIFIED, 206],
      [`W/${ETAG}`, 200],
      ['"other"', 200],
      ['Sun, 01 Mar 2026 08:31:01 GMT', 200],
      ['Sun, 01 Mar 2026 08:30:59 GMT', 200],
      ['nonsense', 200],
    ])('counts only for what If-Range names: %s answers %i', async (condition, status) => {
      const answer = await ask({ range: 'bytes=0-9', 'if-range': condition });
      expect(answer.status).toBe(status);
      expect(answer.body).toHaveLength(status === 206 ? 10 : CONTENT.length);
    });

    it('is not refused, but whole, when it is behind the end of what If-Range does not name', async () => {
      representation.bytes = CONTENT.length;
      const answer = await ask({ range: 'bytes=999999-', 'if-range': '"other"' });
      expect(answer.status).toBe(200);
    });
  });

  it('that cannot be opened leaves the answer to the error', async () => {
    representation.open = () => Promise.reject(new Error('lost'));
    options.download = 'a.png';
    await expect(ask()).rejects.toThrow();
    expect(broken).toMatchObject({ message: 'lost' });
  });

  it('tells whoever makes it that the client has left, and is closed if it comes too late', async () => {
    let signal: AbortSignal | undefined;
    representation.open = async (left) => {
      signal = left;
      await new Promise<void>((resolve) => left.addEventListener('abort', () => resolve()));
      return anOpened();
    };
    const socket = connect(port, '127.0.0.1');
    socket.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
    await until(() => signal !== undefined);
    expect(signal?.aborted).toBe(false);

    socket.destroy();

    await until(() => closed === 1);
    await handled;
    expect(broken).toBeUndefined();
  });

  it('is not announced as abandoned when it was sent', async () => {
    let signal: AbortSignal | undefined;
    representation.open = (left) => {
      signal = left;
      return Promise.resolve(anOpened());
    };
    await ask();
    expect(signal?.aborted).toBe(false);
  });

  if (kind === 'file') {
    it.each(['', 'Range: bytes=0-200000\r\n', 'Range: bytes=0-100000,150000-290000\r\n'])(
      'is read no further than the client takes it, and let go when it leaves (%j)',
      async (header) => {
        const read = jest.fn();
        const warned = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
        // Far more than sockets hold; a hole in a file takes no room.
        truncateSync(join(folder, 'content'), 300_000_000);
        const { stream } = anOpened();
        representation.open = () =>
          Promise.resolve({
            ...anOpened(),
            bytes: 300_000_000,
            stream: (range) => watched(stream(range), read),
          });
        const big = header.replaceAll(/\d{6}/g, '$&000');
        const socket = connect(port, '127.0.0.1');
        socket.pause();
        socket.write(`GET / HTTP/1.1\r\nHost: a\r\n${big}\r\n`);
        await until(() => read.mock.calls.length > 0);
        // All that buffers and sockets hold has been read when nothing more is for half a second.
        let before = 0;
        for (let turn = 0; turn < 40 && before !== read.mock.calls.length; turn += 1) {
          before = read.mock.calls.length;
          await sleep(500);
        }
        expect(read.mock.calls.length).toBe(before);
        expect(before * 16_384).toBeLessThan(50_000_000);
        expect(descriptors()).toBe(1);

        socket.destroy();

        await until(() => closed === 1 && descriptors() === 0);
        await handled;
        expect(broken).toBeUndefined();
        expect(warned).not.toHaveBeenCalled();
      },
    );

    it.each(['content', 'parts'])(
      'leaves no descriptor behind when all of its %s was sent',
      async (what) => {
        await ask(what === 'parts' ? { range: 'bytes=0-9,20-29,40-49' } : {});
        await until(() => descriptors() === 0);
      },
    );

    it.each([CONTENT.length - 1, CONTENT.length + 1])(
      'that turns out to have another length than %i cuts the connection and is logged',
      async (bytes) => {
        const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
        representation.open = () => Promise.resolve({ ...anOpened(), bytes });

        await expect(ask()).rejects.toThrow(/aborted|hang up|reset/);

        await handled;
        await until(() => descriptors() === 0);
        expect(closed).toBe(1);
        expect(logged).toHaveBeenCalledWith(
          { err: expect.objectContaining({ name: 'UnexpectedLength' }) },
          'an answer broke off',
        );
      },
    );

    it('that fails half way cuts the connection and is logged', async () => {
      const logged = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
      representation.open = () =>
        Promise.resolve({ ...anOpened(), stream: () => Readable.from(failing()) });

      await expect(ask()).rejects.toThrow(/aborted|hang up|reset/);

      await handled;
      expect(logged).toHaveBeenCalledTimes(1);
      expect(closed).toBe(1);
    });
  }
});

function* failing(): Generator<Buffer> {
  yield CONTENT.subarray(0, 1000);
  throw new Error('the disk is gone');
}

/** The same stream, which tells each time it is read from. */
function watched(stream: Readable, read: () => void): Readable {
  const { push } = stream;
  stream.push = (...chunk) => {
    read();
    return push.apply(stream, chunk);
  };
  return stream;
}

function sha1(bytes: Buffer): string {
  return createHash('sha1').update(bytes).digest('hex');
}

/** Takes a multipart body apart as RFC 2046 section 5.1 has it. */
function partsOf(contentType: string, body: Buffer) {
  const [, boundary = ''] = /^multipart\/byteranges; boundary=(\w+)$/.exec(contentType) ?? [];
  const text = `\r\n${body.toString('latin1')}`;
  const [preamble, ...sections] = text.split(`\r\n--${boundary}`);
  expect(preamble).toBe('');
  expect(sections.pop()).toBe('--\r\n');
  return sections.map((section) => {
    const end = section.indexOf('\r\n\r\n');
    const head = section.slice(0, end);
    const content = Buffer.from(section.slice(end + 4), 'latin1');
    return {
      type: /^Content-Type: (.*)$/im.exec(head)?.[1]?.trim(),
      range: /^Content-Range: (.*)$/im.exec(head)?.[1]?.trim(),
      sha1: sha1(content),
    };
  });
}
