import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { text } from 'node:stream/consumers';

const BOUNDARY = 'loupe-bench-boundary';

/**
 * Creates an image from a file, which is streamed, and checks that all of it arrived. Whoever is told to come
 * back (503) does so.
 *
 * @param {number} port
 * @param {string} key
 * @param {string} path
 */
export async function uploadPicture(port, key, path) {
  const metadata = { image_key: key, client_id: 'bench', created_at: '2026-03-01T09:30:00Z' };
  const head = Buffer.from(
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="metadata"\r\n` +
      `Content-Type: application/json\r\n\r\n${JSON.stringify(metadata)}\r\n` +
      `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n` +
      'Content-Type: application/octet-stream\r\n\r\n',
  );
  const tail = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
  const { size } = await stat(path);
  const sent = request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: '/images',
    agent: false,
    headers: {
      'Content-Type': `multipart/form-data; boundary=${BOUNDARY}`,
      'Content-Length': head.length + size + tail.length,
    },
  });
  const answered = once(sent, 'response');
  await pipeline(async function* () {
    yield head;
    yield* createReadStream(path, { highWaterMark: 256 * 1024 });
    yield tail;
  }, sent);
  const [response] = await answered;
  const body = await text(response);
  if (response.statusCode === 503) {
    await sleep(Number(response.headers['retry-after']) * 1000);
    return uploadPicture(port, key, path);
  }
  if (response.statusCode !== 201 || JSON.parse(body).file?.bytes !== size)
    throw new Error(`The upload of ${path} was answered ${response.statusCode}: ${body}`);
}
