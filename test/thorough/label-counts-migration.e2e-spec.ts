import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { CountLabelsOfImages1795614500000 } from '../../migrations/1795614500000-count-labels-of-images.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { anImage, pathTo } from '../helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

const instruments = (...names: string[]) => names.map((instrument) => ({ instrument }));

it('annotations of before are counted by the migration, and what comes after it is counted too', async () => {
  const { http, dataSource } = service;
  const runner = dataSource.createQueryRunner();
  const migration = new CountLabelsOfImages1795614500000();
  const image = await anImage(http, { annotations: instruments('clamp', 'clamp', 'probe') });
  await migration.down(runner);
  // As a service of before kept them.
  await runner.query(
    `UPDATE annotations SET instrument_id = (SELECT id FROM instruments WHERE name = 'clamp') WHERE index = 2`,
  );
  await runner.query('UPDATE annotations SET deleted_at = now() WHERE index = 0');
  const labels = 'SELECT instrument_id FROM image_instruments';
  expect(await runner.query(labels)).toHaveLength(1);

  await migration.up(runner);

  const counts = async () => (await http.get('/instruments').expect(200)).body as unknown;
  expect(await counts()).toEqual([{ name: 'clamp', annotation_count: 2, image_count: 1 }]);
  await http.post(pathTo(image, 'annotations')).send({ instrument: 'clamp' }).expect(201);
  await http.delete(pathTo({ ...image, index: 1 })).expect(204);
  await anImage(http, { annotations: instruments('clamp', 'probe') });
  expect(await counts()).toEqual([
    { name: 'clamp', annotation_count: 3, image_count: 2 },
    { name: 'probe', annotation_count: 1, image_count: 1 },
  ]);
  await runner.release();
});
