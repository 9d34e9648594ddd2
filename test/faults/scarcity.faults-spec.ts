import { beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'supertest';
import { type Http, httpTo } from '../helpers/app.js';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { eventually, untilReady } from '../helpers/faulty-database.js';
import { drawPicture } from '../helpers/pictures.js';
import { pathTo } from '../helpers/records.js';
import { aPhotograph, getFile, postForm } from '../helpers/uploads.js';

const CLIENTS = 60;
const ROUNDS = 1;
const DESCRIPTORS = 128;
const MOST_TRIES = 500;
const MEMORY_BYTES = 512 * 1024 * 1024;
/** What a service that has lost its breath for a moment may answer. */
const ACCEPTABLE = new Set([200, 201, 503]);
/** Connections to the database, which come and go with the load, and few sockets. */
const FEW_DESCRIPTORS = 14;

let photograph: Buffer;

beforeAll(async () => {
  photograph = await drawPicture({ format: 'jpeg', width: 4_000, height: 3_000 });
});

describe('128 file descriptors', () => {
  it('serve 60 clients with uploads and downloads, with 503 at worst, and are free afterwards', async () => {
    await withService(['prlimit', `--nofile=${DESCRIPTORS}`], async (service, http) => {
      const small = await drawPicture({ format: 'jpeg', width: 640, height: 480 });
      const image = await aPhotograph(http, small);
      await getFile(http, image, { scale: 0.5 });
      const before = await service.descriptors();

      const refusals: number[] = [];
      const client = async (number: number) => {
        for (let round = 0; round < ROUNDS; round += 1) {
          const answers = [
            () => postForm(http, small),
            () => getFile(http, image),
            () => getFile(http, image, { scale: 0.1 + ((number * ROUNDS + round) % 50) / 100 }),
            () => http.get(pathTo(image)),
          ];
          for (const ask of answers) refusals.push(...(await untilAnswered(ask)));
        }
      };
      await Promise.all(Array.from({ length: CLIENTS }, (_, number) => client(number)));

      expect(refusals.filter((status) => status !== 503)).toEqual([]);
      await untilReady(service.url);
      expect((await postForm(http, small)).status).toBe(201);
      await eventually(() => service.descriptors(), before + FEW_DESCRIPTORS);
    });
  });
});

describe('512 MB of memory', () => {
  it('are enough for ten photographs of 12 megapixels at once', async () => {
    await withService([], async (service, http) => {
      const answers = await Promise.all(
        Array.from({ length: 10 }, () => postForm(http, photograph)),
      );
      expect(
        answers.map(({ status }) => status).filter((status) => !ACCEPTABLE.has(status)),
      ).toEqual([]);
      const images = answers.filter(({ status }) => status === 201).map(({ body }) => body);
      expect(images.length).toBeGreaterThan(0);
      const renditions = await Promise.all(
        images.map((image) => getFile(http, image, { scale: 0.5 })),
      );
      expect(renditions.filter(({ status }) => !ACCEPTABLE.has(status))).toEqual([]);

      const { peak } = await service.memory();
      expect(peak).toBeLessThan(MEMORY_BYTES);
    });
  });
});

/** Asks again, a moment later, while the service is too busy. @returns the statuses of its refusals */
async function untilAnswered(ask: () => PromiseLike<Response>): Promise<number[]> {
  const refusals: number[] = [];
  for (;;) {
    const { status } = await ask();
    if (status < 300) return refusals;
    if (refusals.length === MOST_TRIES) throw new Error('The service stayed too busy.');
    refusals.push(status);
    await sleep(50 + Math.random() * 200);
  }
}

async function withService(
  launcher: readonly string[],
  use: (service: ChildService, http: Http) => Promise<void>,
): Promise<void> {
  const service = await startChild({ LOG_LEVEL: 'error' }, launcher);
  try {
    await use(service, await httpTo(service.url));
  } finally {
    await service.close();
  }
}
