import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, type ClientRequest, type IncomingMessage, request as open } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Http, httpTo } from '../helpers/app.js';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { expectUnavailable, timed } from '../helpers/faulty-database.js';
import { OwnPostgres } from '../helpers/own-postgres.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage, pathTo } from '../helpers/records.js';
import { aPicture } from '../helpers/uploads.js';

/** Some requests were cut off. */
const CUT_OFF = 3;

let picture: Buffer;
let overdue: Promise<{ code: number | null; ms: number }>;

beforeAll(async () => {
  picture = await aPicture();
  // Takes 15 s, while the other promises are looked at.
  overdue = stopWithUploadThatNeverEnds();
});

describe('SIGTERM', () => {
  it('is told by readiness within 100 ms, refuses new work, and lets an upload finish: exit 0', async () => {
    await withService({}, async (service, http) => {
      const upload = await beginUpload(service, http);
      const kept = new Agent({ keepAlive: true, maxSockets: 1 });
      await get(`${service.url}/health/live`, kept);

      service.signal('SIGTERM');
      const begin = performance.now();
      await untilDraining(service.url);
      expect(performance.now() - begin).toBeLessThan(100);

      const readiness = await http.get('/health/ready');
      expectProblem(readiness, 503, 'not-ready');
      expect(readiness.body.failing).toEqual(['service']);
      expect((await http.get('/health/live')).status).toBe(200);
      for (const refused of [
        await http.get('/users'),
        await http.post('/users').send({ id: 'ada' }),
        await http.put('/images/a/file').type('image/jpeg').send(picture),
      ]) {
        expectProblem(refused, 503, 'draining');
        expect(refused.headers['retry-after']).toBe('2');
        expect(refused.headers.connection).toBe('close');
      }
      const { status, connection } = await get(`${service.url}/users`, kept);
      expect({ status, connection }).toEqual({ status: 503, connection: 'close' });

      upload.request.end(picture.subarray(picture.length / 2));
      expect((await upload.answer).statusCode).toBe(201);
      expect(await service.ended).toBe(0);
    });
  });

  it('goes on serving for DRAIN_NOTICE_MS, while readiness says what comes', async () => {
    await withService({ DRAIN_NOTICE_MS: '1500' }, async (service, http) => {
      service.signal('SIGTERM');
      await untilDraining(service.url);

      expect((await http.get('/users')).status).toBe(200);
      expect((await http.get('/health/ready')).status).toBe(503);
      expect(await service.ended).toBe(0);
    });
  });

  it('ends the service with 0 although its database is stopped', async () => {
    const postgres = await OwnPostgres.start();
    try {
      await withService({ DATABASE_URL: postgres.url() }, async (service, http) => {
        expect((await http.get('/users')).status).toBe(200);
        await postgres.suspend();
        const request = timed(http.get('/users'));
        await sleep(100);

        const begin = performance.now();
        service.signal('SIGTERM');
        expectUnavailable(await request);
        expect(await service.ended).toBe(0);
        expect(performance.now() - begin).toBeLessThan(10_000);
      });
    } finally {
      await postgres.remove();
    }
  });

  it('ends the service at once, with an exit code of its own, when it comes again', async () => {
    await withService({}, async (service, http) => {
      const upload = await beginUpload(service, http);
      service.signal('SIGTERM');
      await sleep(1_200);
      const begin = performance.now();
      service.signal('SIGTERM');

      expect(await service.ended).toBe(CUT_OFF);
      expect(performance.now() - begin).toBeLessThan(500);
      await expect(upload.answer).rejects.toThrow();
    });
  });

  it('ends the service within 20 s, with that code, when an upload never ends', async () => {
    const { code, ms } = await overdue;
    expect(code).toBe(CUT_OFF);
    expect(ms).toBeLessThan(20_000);
  });
});

afterAll(() => overdue);

async function stopWithUploadThatNeverEnds(): Promise<{ code: number | null; ms: number }> {
  const service = await startChild();
  try {
    const upload = await beginUpload(service, await httpTo(service.url));
    upload.answer.catch(() => undefined);
    const begin = performance.now();
    service.signal('SIGTERM');
    const code = await service.ended;
    return { code, ms: performance.now() - begin };
  } finally {
    await service.close();
  }
}

async function withService(
  settings: Record<string, string>,
  use: (service: ChildService, http: Http) => Promise<void>,
): Promise<void> {
  const service = await startChild(settings);
  try {
    await use(service, await httpTo(service.url));
  } finally {
    await service.close();
  }
}

/** A PUT of which half has been sent, on its way to be answered. */
async function beginUpload(
  service: ChildService,
  http: Http,
): Promise<{ request: ClientRequest; answer: Promise<IncomingMessage> }> {
  const image = await anImage(http);
  const request = open(`${service.url}${pathTo(image, 'file')}`, {
    method: 'PUT',
    headers: { 'Content-Length': picture.length, 'Content-Type': 'image/jpeg' },
    agent: false,
  });
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
  answer.catch(() => undefined);
  request.write(picture.subarray(0, picture.length / 2));
  // Until the service has begun to read.
  await sleep(200);
  return { request, answer };
}

async function get(url: string, agent: Agent) {
  const request = open(url, { agent }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await text(response);
  return { status: response.statusCode, connection: response.headers.connection };
}

async function untilDraining(url: string): Promise<void> {
  while ((await fetch(`${url}/health/ready`)).status === 200) await sleep(5);
}
