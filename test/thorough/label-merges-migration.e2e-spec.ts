import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { MergeLabelsAtOnce1795701600000 } from '../../migrations/1795701600000-merge-labels-at-once.js';
import { LabelListsService } from '../../src/annotations/label-lists.service.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { anImage, type Fields, pathTo } from '../helpers/records.js';

let service: TestApp;

beforeAll(async () => {
  service = await startApp();
});
afterAll(() => service.close());

const labelled = (...names: string[]) => names.map((instrument) => ({ instrument }));

it('merges of before, also those that broke off, are what the migration makes of them, and can be taken back', async () => {
  const { http, dataSource } = service;
  const runner = dataSource.createQueryRunner();
  const migration = new MergeLabelsAtOnce1795701600000();
  const image = await anImage(http, { annotations: labelled('a', 'b', 'c', 'd', 'd') });
  const other = await anImage(http, { annotations: labelled('a') });
  await http.patch('/instruments/c').send({ name: 'd', merge: true }).expect(200);
  await migration.down(runner);
  expect(await labelsOfRows()).toEqual(['a', 'a', 'b', 'd', 'd', 'd']);
  expect(
    await runner.query(`SELECT annotation_count FROM image_instruments
      JOIN instruments ON id = instrument_id WHERE name = 'd' AND removed_at IS NULL`),
  ).toEqual([{ annotation_count: 3 }]);
  // As a service of before left them: a was merged into b in one image only, and b into d in none.
  const idOf = (name: string) =>
    `(SELECT id FROM instruments WHERE name = '${name}' AND removed_at IS NULL)`;
  await runner.query(`UPDATE instruments SET merged_into = ${idOf('d')} WHERE id = ${idOf('b')}`);
  await runner.query(`UPDATE instruments SET merged_into = ${idOf('b')} WHERE id = ${idOf('a')}`);
  await runner.query(
    `INSERT INTO instrument_changes (instrument_id, at, action, from_name, to_name, image_count, annotation_count)
     VALUES (${idOf('a')}, now(), 'merged', 'a', 'b', 1, 1)`,
  );
  const [tag] = [(await http.get(pathTo(image, 'annotations'))).headers.etag];

  await migration.up(runner);

  const labelsOf = async ({ image_key }: { image_key: string }) => {
    const { body, headers } = await http.get(pathTo({ image_key }, 'annotations')).expect(200);
    expect(headers.etag).not.toBe(tag);
    return (body as Fields[]).map(({ instrument }) => instrument);
  };
  expect(await labelsOf(image)).toEqual(['d', 'd', 'd', 'd', 'd']);
  expect(await labelsOf(other)).toEqual(['d']);
  const counted = [{ name: 'd', annotation_count: 6, image_count: 2 }];
  expect((await http.get('/instruments').expect(200)).body).toEqual(counted);
  await service.app.get(LabelListsService).relist();
  expect(await runner.query('SELECT FROM instruments WHERE relisting')).toEqual([]);
  expect(
    await runner.query(
      'SELECT annotation_count FROM image_instruments ORDER BY annotation_count DESC',
    ),
  ).toEqual([{ annotation_count: 5 }, { annotation_count: 1 }]);
  expect((await http.get('/instruments').expect(200)).body).toEqual(counted);
  await runner.release();

  async function labelsOfRows(): Promise<string[]> {
    const rows = await dataSource.query<{ name: string }[]>(
      `SELECT name FROM annotations JOIN instruments ON id = instrument_id
        WHERE removed_at IS NULL ORDER BY name`,
    );
    return rows.map(({ name }) => name);
  }
});
