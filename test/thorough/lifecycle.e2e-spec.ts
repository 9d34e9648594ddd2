import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { mkdir, readdir, utimes, writeFile } from 'node:fs/promises';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { startApp, type TestApp } from '../helpers/app.js';
import { startChild } from '../helpers/child-service.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage, pathTo } from '../helpers/records.js';

describe('SIGTERM', () => {
  it('lets requests in flight finish and exits with 0, though their connections are kept alive', async () => {
    const child = await startChild();
    try {
      const agent = new Agent({ keepAlive: true });
      const idle = get(`${child.url}/health/live`, { agent });
      await text((await once(idle, 'response'))[0]);
      const inFlight = get(`${child.url}/openapi.json`, { agent: new Agent({ keepAlive: true }) });
      const answer = once(inFlight, 'response');
      await once(inFlight, 'finish');

      const code = await child.stop();

      expect(code).toBe(0);
      expect(JSON.parse(await text((await answer)[0]))).toHaveProperty('openapi', '3.1.0');
    } finally {
      await child.close();
    }
  });
});

describe('the service', () => {
  let service: TestApp;
  let http: TestApp['http'];

  beforeAll(async () => {
    service = await startApp({ requireIfMatch: true });
    http = service.http;
  });
  afterAll(() => service.close());

  async function rawAnswer(request: string): Promise<string> {
    const { hostname, port } = new URL(service.url);
    const socket = connect(Number(port), hostname);
    socket.end(request);
    return text(socket);
  }

  it.each([
    ['an unknown method', 'FOO /images HTTP/1.1\r\nHost: a\r\n\r\n', 400, 'malformed-request'],
    [
      'an expectation that it does not know',
      'GET /users HTTP/1.1\r\nHost: a\r\nExpect: a-miracle\r\n\r\n',
      417,
      'expectation-failed',
    ],
    [
      'a header over 16 KiB',
      `GET /images HTTP/1.1\r\nHost: a\r\nX: ${'a'.repeat(20_000)}\r\n\r\n`,
      431,
      'header-too-large',
    ],
  ])('answers a problem to %s, which its parser refuses', async (_what, request, status, code) => {
    const answer = await rawAnswer(request);
    const [head = '', body = ''] = answer.split('\r\n\r\n');

    expect(head).toContain(`HTTP/1.1 ${status} `);
    expect(head).toMatch(/content-type: application\/problem\+json/i);
    expect(head).toMatch(/x-content-type-options: nosniff/i);
    expect(JSON.parse(body)).toMatchObject({ type: `/problems/${code}`, status });
  });

  it('is not ready while the schema of its database is an older one', async () => {
    const { dataSource } = service;
    await dataSource.query(
      `UPDATE migrations SET name = name || '!' WHERE id = (SELECT max(id) FROM migrations)`,
    );
    const answer = await http.get('/health/ready');
    await dataSource.query(`UPDATE migrations SET name = rtrim(name, '!')`);

    expectProblem(answer, 503, 'not-ready');
    expect(answer.body.failing).toEqual(['schema']);
    expect((await http.get('/health/ready')).status).toBe(200);
  });

  it('answers 404 to what does not exist, also when the body is of the wrong type or too large', async () => {
    const wrongType = http.patch('/images/nowhere').set('If-Match', '*').type('text').send('x');
    const tooLarge = http
      .put('/users/nobody')
      .set('If-Match', '*')
      .send({ role: 'x'.repeat(1_100_000) });

    expectProblem(await wrongType, 404, 'image-not-found');
    expectProblem(await tooLarge, 404, 'user-not-found');
  });

  it('says that a parameter was given more than once', async () => {
    expectProblem(await http.get('/images?limit=1&limit=2'), 400, 'invalid-request', [
      { parameter: 'limit', detail: 'must not be given more than once' },
    ]);
  });

  it('answers 415 to a picture that comes as a form where its bytes belong', async () => {
    const image = await anImage(http);
    const file = await drawPicture({ format: 'jpeg', width: 8, height: 8 });

    const answer = await http.put(pathTo(image, 'file')).attach('file', file, 'a.jpg');

    expectProblem(answer, 415, 'unsupported-media-type');
    expect((await http.get(pathTo(image))).body.file).toBeNull();
  });

  it('gives a record its first picture without If-Match, and asks for one to replace it', async () => {
    const image = await anImage(http);
    const file = await drawPicture({ format: 'png', width: 8, height: 8 });
    const put = () => http.put(pathTo(image, 'file')).set('Content-Type', 'image/png').send(file);

    expect((await put()).status).toBe(201);
    expectProblem(await put(), 428, 'precondition-required');
  });

  it('answers every rendition while its picture is replaced all the time', async () => {
    const image = await anImage(http);
    const path = pathTo(image, 'file');
    const files = await Promise.all(
      [40, 80].map((width) => drawPicture({ format: 'jpeg', width, height: 40 })),
    );
    await http.put(path).set('Content-Type', 'image/jpeg').send(files[0]);
    const replace = async () => {
      for (let round = 0; round < 15; round += 1)
        await http
          .put(path)
          .set('If-Match', '*')
          .set('Content-Type', 'image/jpeg')
          .send(files[round % 2]);
    };
    const look = async () => {
      const statuses: number[] = [];
      for (let round = 0; round < 40; round += 1)
        statuses.push((await http.get(`${path}?scale=0.5`)).status);
      return statuses;
    };

    const [, ...seen] = await Promise.all([replace(), look(), look()]);

    expect(new Set(seen.flat())).toEqual(new Set([200]));
  });
});

describe('uploads that a killed process left behind', () => {
  it('are removed at the start, and those that may still go on are kept', async () => {
    const child = await startChild();
    const incoming = join(child.dataDir, 'incoming');
    await mkdir(incoming, { recursive: true });
    const anHourAgo = new Date(Date.now() - 3_600_000);
    await writeFile(join(incoming, 'abandoned'), 'half');
    await utimes(join(incoming, 'abandoned'), anHourAgo, anHourAgo);
    await writeFile(join(incoming, 'arriving'), 'half');
    await child.stop();

    const next = await startApp({ dataDir: child.dataDir });
    try {
      expect(await readdir(incoming)).toEqual(['arriving']);
    } finally {
      await next.close();
      await child.close();
    }
  });
});
