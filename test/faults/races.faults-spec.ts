import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { anAnnotation, anImage, pathTo, type StoredAnnotation } from '../helpers/records.js';

const WRITERS = 8;
/** At length: `npm run chaos:races`. */
const RACES = Number(process.env.RACES ?? 320);
const UPDATES_OF_EACH = RACES / WRITERS;
const ANNOTATIONS = 4;
const SHARED_EVERY = 5;

type Counted = StoredAnnotation & { attributes: { count?: number } };

describe('writers who race', () => {
  let service: TestApp;

  beforeAll(async () => {
    // Conflicts are the subject, and not what a busy machine can do in 4.5 seconds.
    service = await startApp({ databaseDeadlineMs: 60_000, lockTimeoutMs: 50_000 });
  });
  afterAll(() => service.close());

  it(`lose no update in ${RACES} races when they send If-Match`, async () => {
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

  it.each(['PUT', 'PATCH'] as const)(
    `keep every edit in ${RACES} races when they %s with base_version, and lose none to a conflict`,
    async (method) => {
      const labels = Array.from({ length: WRITERS + 1 }, () => ({ instrument: 'a' }));
      const image = await anImage(service.http, { annotations: labels });
      const path = pathTo(image, 'annotations');
      const outcome = { merged: 0, conflicts: 0 };

      const writers = Array.from({ length: WRITERS }, async (_, writer) => {
        for (let update = 1; update <= UPDATES_OF_EACH; update += 1) {
          // Nobody else edits its own, so that there is nothing that it could be in conflict with.
          expect(await countUp(path, method, writer, { writer, outcome })).toBe(true);
          if (update % SHARED_EVERY === 0)
            while (!(await countUp(path, method, WRITERS, { writer, outcome })));
        }
      });
      await Promise.all(writers);

      const sets = await Promise.all(
        Array.from(
          { length: WRITERS },
          async () => (await service.http.get(path).expect(200)).body,
        ),
      );
      const stored = sets[0] as Counted[];
      for (const set of sets) expect(set).toEqual(stored);
      // Its own, which nobody else touches; and one that all of them do.
      expect(stored.map(({ attributes }) => attributes.count ?? 0)).toEqual([
        ...Array.from({ length: WRITERS }, () => UPDATES_OF_EACH),
        (WRITERS * UPDATES_OF_EACH) / SHARED_EVERY,
      ]);
      // Otherwise nobody raced.
      expect(outcome.merged).toBeGreaterThan(0);
      expect(outcome.conflicts).toBeGreaterThan(0);
    },
  );

  /** Reads the set, and counts one of its annotations up. @returns false if that was a conflict */
  async function countUp(
    path: string,
    method: 'PUT' | 'PATCH',
    index: number,
    { writer, outcome }: { writer: number; outcome: { merged: number; conflicts: number } },
  ): Promise<boolean> {
    const { body, headers } = await service.http.get(path).expect(200);
    const base_version = Number(/\d+/.exec(String(headers.etag)));
    const set = (body as Counted[]).map((annotation) => {
      const { instrument, polygon, attributes } = annotation;
      const counted =
        annotation.index === index ? { count: (attributes.count ?? 0) + 1, writer } : attributes;
      return { index: annotation.index, instrument, polygon, attributes: counted };
    });
    const answer =
      method === 'PUT'
        ? await service.http.put(path).send({ base_version, annotations: set })
        : await service.http
            .patch(path)
            .send({ base_version, replace: set.filter((one) => one.index === index) });
    if (answer.status === 409) {
      outcome.conflicts += 1;
      expect(answer.body).toMatchObject({ type: '/problems/annotation-conflict' });
      return false;
    }
    expect(answer.status).toBe(200);
    if (answer.headers.etag !== `"${base_version + 1}"`) outcome.merged += 1;
    return true;
  }

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
