import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CreateAnnotationVersions1795527000000 } from '../migrations/1795527000000-create-annotation-versions.js';
import { GiveAnnotationsMoreGeometries1795614000000 } from '../migrations/1795614000000-give-annotations-more-geometries.js';
import { startApp, type TestApp } from './helpers/app.js';
import { anAnnotation, anImage, annotationFields, pathTo } from './helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

/** What a service of before would have left, and the migration that it meets. */
async function migrateAnew({ dataSource }: TestApp): Promise<void> {
  const runner = dataSource.createQueryRunner();
  const [history, later] = [
    new CreateAnnotationVersions1795527000000(),
    new GiveAnnotationsMoreGeometries1795614000000(),
  ];
  await later.down(runner);
  await history.down(runner);
  await history.up(runner);
  await later.up(runner);
  await runner.release();
}

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
});
