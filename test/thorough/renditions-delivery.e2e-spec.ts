import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'supertest';
import { startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { pixelsOf, QUADRANTS, quadrantsOf } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { type Fields, imageFields, pathTo, unique } from '../helpers/records.js';
import { aPhotograph, aPicture, getFile, type Photograph, putFile } from '../helpers/uploads.js';

const HALF = { scale: 0.5, format: 'png' };
const DEADLINE_MS = 20_000;
const READY = /^[0-9a-f]{2}\/[0-9a-f]{64}\./;

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

/** Where the answer's bytes came from, as Server-Timing says. */
function sourceOf({ headers }: Response): string | undefined {
  return /\bcache;desc=(\w+)/.exec(String(headers['server-timing']))?.[1];
}

/** The ready renditions on the disk. */
async function cacheFiles({ dataDir }: TestApp): Promise<string[]> {
  // There is no folder before the first.
  const names = await readdir(join(dataDir, 'cache'), { recursive: true }).catch(() => []);
  return names.filter((name) => READY.test(name)).sort();
}

/** Waits until it is so: some things happen behind an answer. */
async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + DEADLINE_MS;
  while (!(await isSo())) {
    if (Date.now() > end) throw new Error('It did not come to that in time.');
    await sleep(50);
  }
}

/** The same once nothing is on its way to the disk. */
async function settledFiles(app: TestApp): Promise<string[]> {
  let files = await cacheFiles(app);
  await eventually(async () => {
    await sleep(200);
    const before = files.join();
    files = await cacheFiles(app);
    return files.join() === before;
  });
  return files;
}

/** A photograph, one of its renditions, and the files that this rendition left in the cache. */
async function aCachedRendition(query: Fields = HALF) {
  const before = new Set(await settledFiles(service));
  const image = await aPhotograph(http, { format: 'png' });
  const rendition = await getFile(http, image, query).expect(200);
  const ownFiles = async () => (await cacheFiles(service)).filter((file) => !before.has(file));
  await eventually(async () => (await ownFiles()).length > 0);
  const files = await ownFiles();
  const left = async () => (await cacheFiles(service)).filter((file) => files.includes(file));
  return { image, rendition, left };
}

describe('a rendition', () => {
  it('is one and the same, made once, whichever way it is asked for', async () => {
    const image = await aPhotograph(http);
    const requests: Fields[] = [
      { scale: 0.5 },
      { width: 32 },
      { height: 24, fit: 'fill', width: 32 },
      { width: 16, dpr: 2, rotate: 0, quality: 75 },
      { format: 'jpeg', region: '0,0,64,48', scale: 0.5 },
    ];
    const answers: Response[] = [];
    for (const query of requests) answers.push(await getFile(http, image, query).expect(200));

    expect(new Set(answers.map(({ headers }) => headers.etag as string)).size).toBe(1);
    expect(answers.map(sourceOf).filter((source) => source === 'made')).toHaveLength(1);
    expect(sourceOf(answers[0]!)).toBe('made');
    for (const { body } of answers) expect(answers[0]!.body.equals(body)).toBe(true);
  });

  it('is made once for a hundred who want it at the same time', async () => {
    const image = await aPhotograph(http, { width: 256, height: 192 });
    const requests = Array.from({ length: 100 }, () => getFile(http, image, { width: 100 }));
    const answers = await Promise.all(requests);

    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    expect(answers.map(sourceOf).filter((source) => source === 'made')).toHaveLength(1);
    expect(new Set(answers.map(({ body }) => (body as Buffer).toString('base64'))).size).toBe(1);
  });

  it('gives a part of itself also when it must be made first', async () => {
    const image = await aPhotograph(http);
    const part = await getFile(http, image, HALF).set('Range', 'bytes=10-29');
    expect(part.status).toBe(206);
    expect(sourceOf(part)).toBe('made');

    const whole = await getFile(http, image, HALF).expect(200);
    const { length } = whole.body as Buffer;
    expect(part.body.equals(whole.body.subarray(10, 30))).toBe(true);
    expect(part.headers).toMatchObject({
      'content-range': `bytes 10-29/${length}`,
      'content-length': '20',
      etag: whole.headers.etag,
    });
    const beyond = await getFile(http, image, HALF).set('Range', `bytes=${length}-`);
    expectProblem(beyond, 416, 'range-not-satisfiable');
  });

  it('is not made by HEAD, which knows its length once it is there', async () => {
    const image = await aPhotograph(http);
    const before = await settledFiles(service);
    const early = await http.head(pathTo(image, 'file')).query(HALF).expect(200);
    expect(early.headers).not.toHaveProperty('content-length');
    expect(await settledFiles(service)).toEqual(before);

    const answer = await getFile(http, image, HALF).expect(200);
    expect(sourceOf(answer)).toBe('made');
    const late = await http.head(pathTo(image, 'file')).query(HALF).expect(200);
    expect(late.headers).toMatchObject({
      etag: early.headers.etag,
      'content-length': String(answer.body.length),
    });
  });

  it('is saved under a harmless name when it is to be downloaded', async () => {
    const image_key = `${unique('tray')}/"front":1.tif`;
    const image = await aPhotograph(http, {}, { image_key });
    const query = { width: 32, format: 'webp', download: true };
    const { headers } = await getFile(http, image, query).expect(200);
    expect(headers['content-disposition']).toBe('attachment; filename=_front__1.webp');
    const shown = await getFile(http, image, { ...query, download: false }).expect(200);
    expect(shown.headers).not.toHaveProperty('content-disposition');
  });

  it('may be kept for a year at the address of its version, which ends with the picture', async () => {
    const image = await aPhotograph(http);
    const query = { ...HALF, v: image.file.sha256.slice(0, 16) };
    const { headers } = await getFile(http, image, query).expect(200);
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable');
    const plain = await getFile(http, image, HALF).expect(200);
    expect(plain.headers['cache-control']).toBe('public, no-cache');
    const drawn = await getFile(http, image, { ...query, overlay: 'annotations' }).expect(200);
    expect(drawn.headers['cache-control']).toBe('public, no-cache');

    await putFile(http, image, await aPicture({ format: 'png' })).expect(200);
    const late = getFile(http, image, query).set('If-None-Match', String(headers.etag));
    expectProblem(await late, 404, 'picture-version-not-found');
  });

  it('is made beforehand as one of the PREVIEWS', async () => {
    const ahead = await startApp({ previews: ['64'] });
    try {
      const image = await aPhotograph(ahead.http, { width: 128, height: 96 });
      const query = { width: 64, format: 'webp' };
      // HEAD makes nothing: it knows the length of what is there.
      const head = () => ahead.http.head(pathTo(image, 'file')).query(query).expect(200);
      await eventually(async () => 'content-length' in (await head()).headers);
      const answer = await getFile(ahead.http, image, query).expect(200);
      expect(sourceOf(answer)).toMatch(/^(?:disk|memory)$/);
      expect(await pixelsOf(answer.body as Buffer)).toMatchObject({ width: 64, height: 48 });
    } finally {
      await ahead.close();
    }
  });
});

describe('a rendition of a picture that is no more', () => {
  it('is not served once another took its place', async () => {
    const { image, rendition, left } = await aCachedRendition();
    const mirrored = await aPicture({ format: 'png', greyscale: true });
    await putFile(http, image, mirrored).expect(200);

    const tag = String(rendition.headers.etag);
    const answer = await getFile(http, image, HALF).set('If-None-Match', tag).expect(200);
    expect(answer.headers.etag).not.toBe(tag);
    const [first] = quadrantsOf(await pixelsOf(answer.body as Buffer));
    expect(first!.slice(0, 3)).not.toEqual(QUADRANTS.topLeft);
    await eventually(async () => (await left()).length === 0);
  });

  it.each([
    ['detached', (image: Photograph) => pathTo(image, 'file'), 'picture-not-found'],
    ['purged', (image: Photograph) => `${pathTo(image)}?purge=true`, 'image-not-found'],
  ])('is not served once that was %s', async (_, path, problem) => {
    const { image, rendition, left } = await aCachedRendition();
    await http.delete(path(image)).expect(204);

    const tag = String(rendition.headers.etag);
    const answer = await getFile(http, image, HALF).set('If-None-Match', tag);
    expectProblem(answer, 404, problem);
    await eventually(async () => (await left()).length === 0);
  });
});

describe('a rendition with AUTH=on', () => {
  let closed: TestApp;
  let url: string;
  let image: Photograph;

  beforeAll(async () => {
    closed = await startApp({ auth: 'on', rateLimit: 'off' });
    const admin = closed.httpWith(withKey(await aKey(closed)));
    image = await aPhotograph(admin, {}, imageFields({ client_id: 'st-james' }));
    ({ url } = image.file);
  });
  afterAll(() => closed.close());

  it('is behind the signed address too, for whoever has it alone', async () => {
    const turned = await closed.http.get(`${url}&width=24&rotate=90`).expect(200);
    expect(await pixelsOf(turned.body as Buffer)).toMatchObject({ width: 24, height: 32 });
    expect(turned.headers['cache-control']).toBe('private, no-cache');
    const version = `${url}&width=24&v=${image.file.sha256.slice(0, 8)}`;
    const { headers } = await closed.http.get(version).expect(200);
    expect(headers['cache-control']).toBe('private, max-age=31536000, immutable');
  });

  it('is not there for another client, also when it is ready', async () => {
    const own = closed.httpWith(withKey(await aKey(closed, { clientIds: ['st-james'] })));
    const other = closed.httpWith(withKey(await aKey(closed, { clientIds: ['elsewhere'] })));
    const { headers } = await getFile(own, image, HALF).expect(200);
    const stranger = getFile(other, image, HALF).set('If-None-Match', String(headers.etag));
    expectProblem(await stranger, 404, 'image-not-found');
    expectProblem(await getFile(closed.http, image, HALF), 401, 'credential-required');
  });
});
