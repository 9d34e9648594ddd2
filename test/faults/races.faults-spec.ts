import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { anAnnotation, anImage, pathTo, type StoredAnnotation } from '../helpers/records.js';

const WRITERS = 8;
const UPDATES_OF_EACH = 125;
const ANNOTATIONS = 4;

describe('writers who race', () => {
  let service: TestApp;

  beforeAll(async () => {
    // Conflicts are the subject, and not what a busy machine can do in 4.5 seconds.
    service = await startApp({ databaseDeadlineMs: 60_000, lockTimeoutMs: 50_000 });
  });
  afterAll(() => service.close());

  it('lose no update in 1,000 races when they send If-Match', async () => {
    const image = await anImage(service.http);
    const annotations: StoredAnnotation[] = [];
    for (let number = 0; number < ANNOTATIONS; number += 1)
      annotations.push(await anAnnotation(service.http, { attributes: { count: 0 } }, image));
    let lostRaces = 0;

    const writers = Array.from({ length: WRITERS }, async (_, writer) => {
      for (let update = 0; update < UPDATES_OF_EACH; update += 1)
        while (!(await increment(annotations[(writer + update) % ANNOTATIONS]!))) lostRaces += 1;
    });
    await Promise.all(writers);

    const { body } = await service.http.get(pathTo(image, 'annotations')).expect(200);
    const stored = body as (StoredAnnotation & { attributes: { count: number } })[];
    const counted = stored.map(({ attributes }) => attributes.count);
    expect(counted).toEqual(annotations.map(() => (WRITERS * UPDATES_OF_EACH) / ANNOTATIONS));
    expect(stored.map(({ version }) => version)).toEqual(counted.map((count) => count + 1));
    // Otherwise nobody raced.
    expect(lostRaces).toBeGreaterThan(0);
  });

  /** Reads an annotation and writes it with one more. @returns false if somebody else was faster */
  async function increment({ image_key, index }: StoredAnnotation): Promise<boolean> {
    const path = pathTo({ image_key, index });
    const { body, headers } = await service.http.get(path).expect(200);
    const { instrument, polygon, attributes } = body;
    const { status } = await service.http
      .put(path)
      .set('If-Match', String(headers.etag))
      .send({ instrument, polygon, attributes: { count: Number(attributes.count) + 1 } });
    expect([200, 412]).toContain(status);
    return status === 200;
  }
});
