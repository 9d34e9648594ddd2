import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateAnnotationVersions1795527000000 } from '../../migrations/1795527000000-create-annotation-versions.js';
import { GiveAnnotationsMoreGeometries1795614000000 } from '../../migrations/1795614000000-give-annotations-more-geometries.js';
import { NumberVersionsBySet1795614100000 } from '../../migrations/1795614100000-number-versions-by-set.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { anAnnotation, anImage, annotationFields, pathTo } from '../helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

/** What a service of before would have left, and the migrations that it meets. */
async function migrateAnew({ dataSource }: TestApp): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const later = [
    new GiveAnnotationsMoreGeometries1795614000000(),
    new NumberVersionsBySet1795614100000(),
  ];
  const history = new CreateAnnotationVersions1795527000000();
  for (const migration of [...later].reverse()) await migration.down(runner);
  await history.down(runner);
  await history.up(runner);
  for (const migration of later) await migration.up(runner);
  await runner.release();
}

/** So that what comes after has another time, which is kept to the millisecond. */
const letPass = () => new Promise((resolve) => setTimeout(resolve, 2));

describe('the history of annotations that are older than it', () => {
  it('has the version that each is at, with its content, time and author', async () => {
    const { http } = service;
    const image = await anImage(http);
    const created = await anAnnotation(http, {}, image);
    const replaced = await anAnnotation(http, {}, image);
    const deleted = await anAnnotation(http, { polygon: null }, image);
    await http
      .put(pathTo(replaced))
      .send(annotationFields({ instrument: 'clamp' }))
      .expect(200);
    await http.delete(pathTo(deleted)).expect(204);
    const path = (index: number) => pathTo({ ...image, index }, 'history');
    const newest = async (index: number) => (await http.get(path(index)).expect(200)).body[0];
    const before = [await newest(0), await newest(1), await newest(2)];

    await migrateAnew(service);

    expect(before.map(({ change }) => change)).toEqual(['created', 'replaced', 'deleted']);
    for (const { index } of [created, replaced, deleted])
      expect((await http.get(path(index)).expect(200)).body).toEqual([before[index]]);
    const { body } = await http.post(pathTo(deleted, 'restore')).expect(200);
    expect(body).toMatchObject({ instrument: 'needle holder', polygon: null, version: 3 });
  });

  it('knows which version of the set each came with', async () => {
    const { http, dataSource } = service;
    const image = await anImage(http, { annotations: [{ instrument: 'a' }, { instrument: 'b' }] });
    const path = (index: number) => pathTo({ ...image, index });
    await letPass();
    await http.put(path(1)).send({ instrument: 'c', polygon: null }).expect(200);
    await letPass();
    await http.delete(path(0)).expect(204);
    const numbers = () =>
      dataSource.query<object[]>(
        `SELECT index, annotation_versions.version, set_version
           FROM annotation_versions JOIN images ON images.id = image_id
          WHERE image_key = $1 ORDER BY index, annotation_versions.version`,
        [image.image_key],
      );
    const before = await numbers();
    const runner = dataSource.createQueryRunner();
    const migration = new NumberVersionsBySet1795614100000();

    await migration.down(runner);
    await migration.up(runner);
    await runner.release();

    expect(before.map(Object.values)).toEqual([
      [0, 1, 1],
      [0, 2, 3],
      [1, 1, 1],
      [1, 2, 2],
    ]);
    expect(await numbers()).toEqual(before);
  });
});
