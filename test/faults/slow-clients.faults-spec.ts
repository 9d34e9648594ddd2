import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { readdir, readlink } from 'node:fs/promises';
import { get } from 'node:http';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { startApp, type TestApp } from '../helpers/app.js';
import { eventually } from '../helpers/faulty-database.js';
import { sendAndLeave } from '../helpers/raw-http.js';
import { anImage, pathTo } from '../helpers/records.js';
import { aPhotograph, aPicture, getFile, type Photograph } from '../helpers/uploads.js';
import { pngChunk } from '../helpers/pictures.js';

const IDLE_MS = 700;
const HEADER_MS = 1_000;
/** Node looks for overdue headers once a second. */
const LOOK_MS = 1_000;
const ABORTS = 250;
const AT_ONCE = 25;

let service: TestApp;
let large: Photograph;

beforeAll(async () => {
  service = await startApp({ uploadIdleTimeoutMs: IDLE_MS });
  service.app.getHttpServer().headersTimeout = HEADER_MS;
  // Larger than all buffers between the service and a client that does not read.
  const png = await aPicture({ format: 'png' });
  const end = png.length - 12;
  const padding = pngChunk('loUp', randomBytes(24_000_000));
  large = await aPhotograph(
    service.http,
    Buffer.concat([png.subarray(0, end), padding, png.subarray(end)]),
  );
});
afterAll(() => service.close());

function open(): Socket {
  const { hostname, port } = new URL(service.url);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.on('error', () => undefined);
  return socket;
}

/** Files below the data directory that this process, which the service runs in, holds open. */
async function openFiles(): Promise<number> {
  const descriptors = await readdir('/proc/self/fd');
  const paths = await Promise.all(
    descriptors.map((descriptor) => readlink(join('/proc/self/fd', descriptor)).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(service.dataDir)).length;
}

describe('a client that is slow with its header', () => {
  it('is answered 408 and disconnected, as often as it comes, and others go on meanwhile', async () => {
    const begin = performance.now();
    const clients = Array.from({ length: 30 }, async () => {
      const socket = open();
      socket.write('GET /images HTTP/1.1\r\nHost: x\r\n');
      const trickle = setInterval(() => socket.write('X'), 150);
      const answer = await text(socket);
      clearInterval(trickle);
      return answer;
    });
    expect((await service.http.get('/images')).status).toBe(200);
    for (const answer of await Promise.all(clients)) {
      expect(answer).toMatch(/^HTTP\/1\.1 408 /);
      expect(answer).toContain('/problems/header-too-slow');
    }
    expect(performance.now() - begin).toBeLessThan(HEADER_MS + 2 * LOOK_MS);
  });
});

describe('a client that stops reading its download', () => {
  it('is disconnected after the idle time, and the file is closed', async () => {
    const before = await openFiles();
    const sockets = Array.from({ length: 10 }, () => {
      const socket = open();
      socket.pause();
      socket.write(`GET ${pathTo(large, 'file')} HTTP/1.1\r\nHost: x\r\n\r\n`);
      return socket;
    });
    await sleep(300);
    expect(await openFiles()).toBeGreaterThan(before);

    await eventually(openFiles, before);
    for (const socket of sockets) {
      socket.resume();
      if (!socket.closed) await once(socket, 'close');
    }
  });
});

describe('clients that leave', () => {
  it('in the middle of their uploads and downloads leave no file, open or not, behind', async () => {
    const image = await anImage(service.http);
    const picture = await aPicture({ width: 400, height: 300 });
    const files = await openFiles();
    const stored = await readdir(join(service.dataDir, 'files'), { recursive: true });

    const leave = async (number: number) => {
      await sendAndLeave(service.url, {
        method: 'PUT',
        path: pathTo(image, 'file'),
        headers: { 'Content-Length': String(picture.length) },
        body: picture.subarray(0, (picture.length * number) / ABORTS),
      });
      const download = get(`${service.url}${pathTo(large, 'file')}`, { agent: false });
      const [answer] = await once(download, 'response');
      await once(answer, 'data');
      answer.on('error', () => undefined);
      download.destroy();
    };
    for (let number = 0; number < ABORTS; number += AT_ONCE)
      await Promise.all(Array.from({ length: AT_ONCE }, (_, place) => leave(number + place)));

    await eventually(openFiles, files);
    await eventually(async () => (await readdir(join(service.dataDir, 'incoming'))).length, 0);
    expect(await readdir(join(service.dataDir, 'files'), { recursive: true })).toEqual(stored);
    expect((await getFile(service.http, large, { scale: 0.5 })).status).toBe(200);
    expect((await service.http.get('/health/ready')).status).toBe(200);
  });
});
