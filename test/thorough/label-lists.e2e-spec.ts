import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApp, type TestApp } from '../helpers/app.js';
import { allPages } from '../helpers/pages.js';
import { type AnnotatedImage, anImage, pathTo } from '../helpers/records.js';

const LABELS = ['clamp', 'forceps', 'scalpel'];
const KEYS = ['a', 'b', 'c'];

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

describe('lists by label', () => {
  it('stay right, whatever happens to annotations and images, and in whatever order', async () => {
    const index = fc.nat(3);
    const label = fc.constantFrom(...LABELS);
    const key = fc.constantFrom(...KEYS);
    const step = fc.oneof(
      fc.record({ add: label, key }),
      fc.record({ replace: index, by: label, key }),
      fc.record({ remove: index, key }),
      fc.record({ all: fc.array(label, { maxLength: 4 }), key }),
      fc.record({ capture: fc.integer({ min: 1, max: 28 }), key }),
      fc.record({ purge: fc.constant(true), key }),
      fc.record({ merge: label, into: label, key }),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 12 }), async (steps) => {
        for (const one of steps) await take(one);
        await expectRight();
      }),
      { numRuns: 12 },
    );
  });

  it('page through one label in the order of capture, with other filters or without', async () => {
    const keys = Array.from(
      { length: 12 },
      (_, number) => `page-${String(number).padStart(2, '0')}`,
    );
    for (const [number, key] of keys.entries())
      await anImage(service.http, {
        image_key: key,
        client_id: number % 2 ? 'odd' : 'even',
        // Four at a time have the same time of capture.
        created_at: `2026-02-0${1 + Math.floor(number / 4)}T00:00:00Z`,
        annotations: [{ instrument: 'trocar' }, { instrument: 'trocar' }, { instrument: 'clip' }],
      });
    const found = async (query: string) =>
      (await imagesAt(`/images?limit=3&${query}`)).map(({ image_key: key }) => key);
    expect(await found('instrument=trocar')).toEqual(keys.toReversed());
    expect(await found('instrument=trocar&sort=created_at')).toEqual(keys);
    expect(await found('instrument=trocar&instrument_all=clip&client_id=odd')).toEqual(
      keys.filter((_, number) => number % 2).toReversed(),
    );
    expect(
      await found(
        'instrument=trocar&created_from=2026-02-02T00:00:00Z&created_to=2026-02-03T00:00:00Z',
      ),
    ).toEqual(keys.slice(4, 8).toReversed());
    const odd = keys.filter((_, number) => number % 2);
    expect(await found('instrument=trocar&client_id=odd')).toEqual(odd.toReversed());
    expect(await found('instrument=trocar&client_id=odd&sort=created_at')).toEqual(odd);
    expect(
      await found('instrument=trocar&client_id=odd&created_from=2026-02-02T00:00:00Z'),
    ).toEqual(odd.slice(2).toReversed());
    await service.http.delete(pathTo({ image_key: keys[1]! })).expect(204);
    expect(await found('instrument=trocar&client_id=odd&trash=true')).toEqual([keys[1]]);
    expect(await found('instrument=trocar&client_id=odd&sort=created_at')).toEqual(odd.slice(1));
    await service.http.post(pathTo({ image_key: keys[1]! }, 'restore')).expect(200);
    expect(await found('instrument=trocar&not_instrument=clip')).toEqual([]);
    expect(await found('instrument=trocar&sort=-received_at')).toEqual(keys.toReversed());
    expect(await found('instrument=trocar&sort=image_key')).toEqual(keys);
  });
});

/** One change; what cannot be changed because it is not there is left alone. */
async function take(step: Record<string, unknown>): Promise<void> {
  const { key } = step as { key: string };
  const image = { image_key: key };
  const http = service.http;
  const { status } = await http.get(pathTo(image));
  if (status === 404) await anImage(http, { image_key: key });
  if ('add' in step) await http.post(pathTo(image, 'annotations')).send({ instrument: step.add });
  if ('replace' in step)
    await http
      .put(pathTo(image, 'annotations', String(step.replace)))
      .send({ instrument: step.by, polygon: null });
  if ('remove' in step) await http.delete(pathTo(image, 'annotations', String(step.remove)));
  if ('all' in step) {
    const annotations = (step.all as string[]).map((instrument, index) => ({
      index,
      instrument,
      polygon: null,
    }));
    await http.put(pathTo(image, 'annotations')).send({ annotations }).expect(200);
  }
  if ('capture' in step)
    await http
      .patch(pathTo(image))
      .send({ created_at: `2026-01-${String(step.capture).padStart(2, '0')}T00:00:00Z` })
      .expect(200);
  if ('merge' in step)
    await http.patch(`/instruments/${String(step.merge)}`).send({ name: step.into, merge: true });
  if ('purge' in step) await http.delete(`${pathTo(image)}?purge=true`).expect(204);
}

/** Each label's list is what the whole list says, and so are its counts. */
async function expectRight(): Promise<void> {
  const all = await imagesAt('/images');
  for (const label of LABELS) {
    const expected = all.filter(({ annotations }) =>
      annotations.some(({ instrument }) => instrument === label),
    );
    expect(await imagesAt(`/images?instrument=${label}&limit=1`)).toEqual(expected);
  }
  await expectCounted(all);
}

async function expectCounted(images: readonly AnnotatedImage[]): Promise<void> {
  const carried = images.map(({ annotations }) => annotations.map(({ instrument }) => instrument));
  const counts = LABELS.map((name) => ({
    name,
    annotation_count: carried.flat().filter((instrument) => instrument === name).length,
    image_count: carried.filter((instruments) => instruments.includes(name)).length,
  }));
  const { body } = await service.http.get('/instruments').expect(200);
  expect(body).toEqual(counts.filter(({ image_count: count }) => count > 0));
}

async function imagesAt(path: string): Promise<AnnotatedImage[]> {
  return (await allPages(service.http, path)).flat() as AnnotatedImage[];
}
