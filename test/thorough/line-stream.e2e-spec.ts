import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { get, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { Drain } from '../../src/http/drain.js';
import { ImageListsService } from '../../src/images/image-lists.service.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { manyImages } from '../helpers/many-images.js';
import { allPages } from '../helpers/pages.js';
import { expectProblem } from '../helpers/problems.js';

const NDJSON = 'application/x-ndjson';
const MANY = 3_000;

let service: TestApp;

beforeAll(async () => {
  // Filling the table is one statement, which takes a while on a busy machine.
  service = await startApp({ databaseDeadlineMs: 60_000 });
  await manyImages(service.dataSource, MANY, { client_id: 'many', annotations: 2 });
  await manyImages(service.dataSource, 30, { client_id: 'few' });
  await service.dataSource.query('ANALYZE');
});
afterAll(() => service.close());

async function open(path: string, headers = {}, base = service.url): Promise<IncomingMessage> {
  const request = get(`${base}${path}`, { headers: { Accept: NDJSON, ...headers }, agent: false });
  const [answer] = (await once(request, 'response')) as [IncomingMessage];
  return answer;
}

async function linesOf(path: string, headers = {}, base = service.url): Promise<unknown[]> {
  const whole = await text(await open(path, headers, base));
  expect(whole).toMatch(/^(?:.+\n)*$/);
  return whole
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as unknown);
}

/** How many batches of images are read while `action` runs, by each one's end. */
async function batchesDuring(action: (batches: () => number) => Promise<void>): Promise<void> {
  const lists = service.app.get(ImageListsService, { strict: false });
  const { list } = lists;
  let batches = 0;
  lists.list = (...args) => {
    batches += 1;
    return list.apply(lists, args);
  };
  try {
    await action(() => batches);
  } finally {
    lists.list = list;
  }
}

/** Waits until a number has not changed for a while. */
async function settled(value: () => number): Promise<number> {
  for (let last = -1; last !== value();) {
    last = value();
    await sleep(300);
  }
  return value();
}

describe('GET /images as lines', () => {
  it.each([
    ['', 'by default'],
    ['&sort=image_key', 'by key'],
    ['&sort=updated_at', 'by change'],
    ['&instrument=label-3&fields=image_key,annotations.instrument', 'of a label, some fields'],
    ['&annotations=false&min_annotations=1', 'without annotations'],
  ])('is the list that its pages make, line by line: "%s" (%s)', async (query) => {
    const path = `/images?client_id=many${query}`;

    const lines = await linesOf(path);

    const pages = await allPages(service.http, `${path}&limit=500`);
    expect(lines).toEqual(pages.flat());
    expect(lines.length).toBeGreaterThan(100);
  });

  it('has all of them without a limit, and no address of a next page', async () => {
    const answer = await open('/images?client_id=many&fields=image_key&count=exact');

    expect(answer.statusCode).toBe(200);
    expect(answer.headers).toMatchObject({
      'content-type': NDJSON,
      'x-total-count': String(MANY),
      'x-total-count-kind': 'exact',
      vary: expect.stringContaining('Accept'),
    });
    expect(answer.headers.link).toBeUndefined();
    expect((await text(answer)).split('\n')).toHaveLength(MANY + 1);
  });

  it.each([
    [1, 1],
    [20, 20],
    [21, 21],
    [300, 300],
  ])('ends after a limit of %d', async (limit, length) => {
    expect(await linesOf(`/images?client_id=many&limit=${limit}`)).toHaveLength(length);
  });

  it('goes on behind the cursor of a page', async () => {
    const { body, headers } = await service.http.get('/images?client_id=few&limit=10');
    const [, next = ''] = /^<([^>]+)>/.exec(String(headers.link)) ?? [];

    const rest = await linesOf(next.replace('limit=10&', ''));

    const all = await linesOf('/images?client_id=few');
    expect([...(body as unknown[]), ...rest]).toEqual(all);
  });

  it('is empty where nothing matches', async () => {
    expect(await linesOf('/images?client_id=nobody')).toEqual([]);
  });

  it.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['text/html', 'application/json'],
    ['application/json', 'application/json'],
    ['application/x-ndjson;q=0.5, application/json', 'application/json'],
    ['application/x-ndjson, application/json;q=0.5', NDJSON],
  ])('comes to a client that accepts %s as %s', async (accept, type) => {
    const request = service.http.get('/images?client_id=few&limit=1');
    if (accept !== undefined) request.set('Accept', accept);

    const { headers } = await request.expect(200);

    expect(String(headers['content-type']).split(';')[0]).toBe(type);
  });

  it('is refused like a page, before anything is sent', async () => {
    const answer = await service.http.get('/images?q=a&limit=501').set('Accept', NDJSON);

    expectProblem(answer, 400, 'invalid-request', ['q', 'limit']);
  });

  it('sends no body to HEAD', async () => {
    const { headers, text: body } = await service.http
      .head('/images?client_id=few')
      .set('Accept', NDJSON)
      .expect(200);

    expect(headers['content-type']).toBe(NDJSON);
    expect(body).toBeFalsy();
  });
});

describe('a client of lines', () => {
  // More than fits between the service and a client: all of the system's buffers.
  beforeAll(async () => {
    await manyImages(service.dataSource, 6_000, { client_id: 'vast', annotations: 8 });
    await service.dataSource.query('ANALYZE');
  }, 30_000);

  it('that stops reading holds the query back, and gets all of it when it goes on', async () => {
    await batchesDuring(async (batches) => {
      const { hostname, port } = new URL(service.url);
      const socket = connect({ host: hostname, port: Number(port) });
      socket.pause();
      socket.write(
        `GET /images?client_id=vast HTTP/1.1\r\nHost: x\r\nAccept: ${NDJSON}\r\nConnection: close\r\n\r\n`,
      );

      const held = await settled(batches);

      expect(held).toBeGreaterThan(0);
      expect(held).toBeLessThan(25);
      const whole = await text(socket);
      expect(batches()).toBe(31);
      expect(whole.match(/"client_id":"vast"/g)).toHaveLength(6_000);
    });
  });

  it('that leaves ends the query', async () => {
    await batchesDuring(async (batches) => {
      const answer = await open('/images?client_id=vast');
      answer.on('error', () => undefined);
      await once(answer, 'data');
      answer.destroy();

      const read = await settled(batches);

      expect(read).toBeLessThan(25);
      expect(service.app.get(Drain).inFlight).toBe(0);
    });
  });

  it('has its first line long before the last', async () => {
    await batchesDuring(async (batches) => {
      const answer = await open('/images?client_id=vast');
      const [chunk] = (await once(answer, 'data')) as [Buffer];

      expect(String(chunk)).toContain('\n');
      expect(batches()).toBeLessThan(10);
      answer.resume();
      await once(answer, 'end');
    });
  });

  it('is cut off where the rest cannot be read, so that it does not look complete', async () => {
    const lists = service.app.get(ImageListsService, { strict: false });
    const { list } = lists;
    let batches = 0;
    lists.list = (...args) => {
      batches += 1;
      if (batches === 3) return Promise.reject(new Error('the database went away'));
      return list.apply(lists, args);
    };
    try {
      const answer = await open('/images?client_id=vast');

      await expect(text(answer)).rejects.toThrow('aborted');
      expect(batches).toBe(3);
    } finally {
      lists.list = list;
    }
  });

  it('is answered to the end by a service that stops meanwhile', async () => {
    const stopping = await startApp();
    await manyImages(stopping.dataSource, 2_000, { client_id: 'last', annotations: 4 });
    const answer = await open('/images', {}, stopping.url);
    await once(answer, 'readable');

    const drained = stopping.app.get(Drain).refuse();
    const lines = (await text(answer)).split('\n');
    await drained;

    expect(lines).toHaveLength(2_001);
    await stopping.close();
  });
});

describe('a client of lines who is bound to a client', () => {
  it('has the images of that one alone', async () => {
    const guarded = await startApp({ auth: 'on' });
    try {
      await manyImages(guarded.dataSource, 300, { client_id: 'ours' });
      await manyImages(guarded.dataSource, 300, { client_id: 'theirs' });
      const headers = withKey(await aKey(guarded, { role: 'viewer', clientIds: ['ours'] }));

      const lines = await linesOf('/images?fields=client_id', headers, guarded.url);

      expect(lines).toHaveLength(300);
      expect(new Set(lines.map((line) => (line as { client_id: string }).client_id))).toEqual(
        new Set(['ours']),
      );
      expect((await open('/images', {}, guarded.url)).statusCode).toBe(401);
    } finally {
      await guarded.close();
    }
  });
});
