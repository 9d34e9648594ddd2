import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { GiveAnnotationsMoreGeometries1795614000000 } from '../../migrations/1795614000000-give-annotations-more-geometries.js';
import { requestDigest } from '../../src/database/repeatable-requests.js';
import { startApp, type TestApp } from '../helpers/app.js';
import {
  anAnnotation,
  anImage,
  aPolygon,
  at,
  pathTo,
  type StoredAnnotation,
} from '../helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

/** What a service of before would have left, and the migration that it meets. */
async function migrateAnew({ dataSource }: TestApp): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const migration = new GiveAnnotationsMoreGeometries1795614000000();
  await migration.down(runner);
  await migration.up(runner);
  await runner.release();
}

const CIRCLE = Array.from({ length: 1_000 }, (_, n): [number, number] => {
  const angle = (n / 1_000) * 2 * Math.PI;
  return [1e6 + 400 * Math.cos(angle), 500 + 400 * Math.sin(angle)];
});
const POLYGONS = {
  box: at('40,30 10,10'),
  triangle: at('10,10 40,10 10,30'),
  'a closing point': at('0,0 8,0 8,8 0,0'),
  'repeated neighbours': at('0,0 0,0 9,0 9,0 0,9'),
  concave: at('0,0 9,0 9,9 8,9 8,1 0,1'),
  'the other way round': at('0,1 8,1 8,9 9,9 9,0 0,0'),
  'touching itself': at('0,0 4,0 2,2 4,4 0,4 2,2'),
  'two lobes of opposite winding': at('0,0 4,0 4,4 8,4 8,9 4,4 0,4'),
  circle: CIRCLE,
  'a sliver': at('0,0 1000000,1000000 1000000,1000000.000001'),
  'far away': at('1e15,1e15 1000000000000004,1e15 1e15,1000000000000008'),
  huge: at('-1.5e308,0 1.5e308,0 0,1e308'),
  tiny: at('0,0 1e-200,0 0,1e-210'),
  'as small as can be': at('0,0 5e-324,0 0,5e-324'),
  'of every magnitude': at('1e-300,0 1e300,5 7,1e200'),
};

type Centroid = [number, number] | null;

/** Of every annotation, and of every version. */
async function centroids(order: string): Promise<Centroid[]> {
  const rows = await service.dataSource.query<{ centroid: Centroid }[]>(
    `SELECT centroid FROM ${order}`,
  );
  return rows.map(({ centroid }) => centroid);
}

function expectSame(one: readonly Centroid[], other: readonly Centroid[]): void {
  const numbers = [one, other].map((all) => all.flatMap((centroid) => centroid ?? [NaN, NaN]));
  expect(numbers[0]).toHaveLength(numbers[1]!.length);
  const different = numbers[0]!.filter((value, at) => {
    const expected = numbers[1]![at]!;
    if (Number.isNaN(expected)) return !Number.isNaN(value);
    return !(Math.abs(value - expected) <= 1e-12 * Math.abs(expected) + 1e-300);
  });
  expect(different).toEqual([]);
}

it('annotations of before, deleted ones and all versions get the middle of their polygon', async () => {
  const { http } = service;
  const polygons = Object.values(POLYGONS).map((points) => aPolygon(points));
  const annotations = [...polygons, null].map((polygon) => ({ instrument: 'clamp', polygon }));
  const image = await anImage(http, { annotations });
  await http.delete(pathTo({ ...image, index: 1 })).expect(204);
  const orders = [
    'annotations ORDER BY image_id, index',
    'annotation_versions ORDER BY image_id, index, version',
  ];
  const before = await Promise.all(orders.map(centroids));
  const { body: set } = await http.get(pathTo(image, 'annotations')).expect(200);

  await migrateAnew(service);

  const after = await Promise.all(orders.map(centroids));
  expect(after[0]).toHaveLength(annotations.length);
  expect(after[1]).toHaveLength(annotations.length + 1);
  expect(after.map((all) => all.filter((centroid) => centroid === null))).toEqual([[null], [null]]);
  expectSame(after[0]!, before[0]!);
  expectSame(after[1]!, before[1]!);
  const { body: same } = await http.get(pathTo(image, 'annotations')).expect(200);
  expect(same).toMatchObject(set.map(({ centroid: _, ...other }: StoredAnnotation) => other));
});

it('a row has one geometry at most, whoever writes it', async () => {
  await anAnnotation(service.http);

  for (const table of ['annotations', 'annotation_versions'])
    await expect(
      service.dataSource.query(
        `UPDATE ${table} SET box = '{"x": 0, "y": 0, "width": 1, "height": 1}'`,
      ),
    ).rejects.toThrow(`ck_${table}_geometry`);
});

it('the request of an image of before is still a retry', async () => {
  const { http, dataSource } = service;
  const created_at = '2026-03-01T08:30:00Z';
  const image_key = 'digested';
  const polygon = aPolygon();
  const annotations = [{ instrument: 'clamp', polygon }];
  const request = { image_key, client_id: 'st-james', created_at, annotations };
  await http.post('/images').send(request).expect(201);
  // What was asked for, as it was digested when there were polygons only.
  const before = requestDigest({
    key: image_key,
    clientId: 'st-james',
    capturedAt: new Date(created_at),
    hardwareId: null,
    mlTag: null,
    locationId: null,
    userId: null,
    annotations: [
      { instrument: 'clamp', polygon, attributes: {}, source: 'human', confidence: null },
    ],
    file: null,
  });
  await dataSource.query('UPDATE images SET creation_digest = $1 WHERE image_key = $2', [
    before,
    image_key,
  ]);

  await http.post('/images').send(request).expect(200);
  const other = [{ instrument: 'clamp', box: { x: 0, y: 0, width: 1, height: 1 } }];
  await http
    .post('/images')
    .send({ ...request, annotations: other })
    .expect(409);
});
