import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { manyImages } from '../helpers/many-images.js';
import { nextPage } from '../helpers/pages.js';
import { statementsOf } from '../helpers/statements.js';

const IMAGES = 50_000;

let service: TestApp;

beforeAll(async () => {
  service = await startApp({ databaseDeadlineMs: 60_000 });
  await fill(service);
}, 120_000);
afterAll(() => service.close());

/** A large table in which every filter has something to find, and something rare. */
async function fill({ dataSource }: TestApp): Promise<void> {
  await dataSource.query(`
    INSERT INTO users (id, first_name, last_name, created_at, updated_at, version)
    SELECT 'user-' || n, '', '', now(), now(), 1 FROM generate_series(0, 199) AS n`);
  await dataSource.query(`
    INSERT INTO locations (id, address, town, country, created_at, updated_at, version)
    SELECT 'location-' || n, '', '', '', now(), now(), 1 FROM generate_series(0, 199) AS n`);
  await dataSource.query(`
    INSERT INTO instruments (name) SELECT 'label-' || n FROM generate_series(0, 99) AS n`);
  await dataSource.query(
    `INSERT INTO images (image_key, client_id, captured_at, hardware_id, ml_tag, location_id, user_id, received_at,
                         updated_at, version, trashed_at, creation_digest, annotation_set_version,
                         highest_annotation_index, annotation_count, annotation_bytes, file_storage_key,
                         file_media_type, file_width, file_height, file_bytes, file_sha256, file_orientation,
                         file_thumbhash, review)
     SELECT 'tray-' || n || '/' || md5(n::text), 'client-' || n % 50, time, 'camera-' || n % 40,
            CASE WHEN n % 100 = 0 THEN 'TEST' ELSE 'TRAIN' END, 'location-' || n % 200, 'user-' || n % 199, time, time,
            1, CASE WHEN n % 500 = 0 THEN time END, '', 1, marks - 1, marks, marks * 50, file,
            CASE WHEN file IS NOT NULL THEN 'image/png' END, CASE WHEN file IS NOT NULL THEN 4 END,
            CASE WHEN file IS NOT NULL THEN 4 END, CASE WHEN file IS NOT NULL THEN 4 END,
            CASE WHEN file IS NOT NULL THEN repeat('0', 64) END, CASE WHEN file IS NOT NULL THEN 1 END,
            CASE WHEN file IS NOT NULL THEN 'AAAA' END,
            CASE n % 300 WHEN 0 THEN 'in_review' WHEN 1 THEN 'rejected' WHEN 2 THEN 'accepted' END
       FROM (SELECT n, timestamptz '2026-01-01Z' + n * interval '1 second' AS time,
                    CASE WHEN n % 1000 = 0 THEN 20 ELSE n % 4 END AS marks,
                    CASE WHEN n % 200 > 0 THEN 'file-' || n END AS file
               FROM generate_series(1, $1::int) AS n) AS numbered`,
    [IMAGES],
  );
  // Old labels that no new image carries are the hard ones: label-99 only on the first images.
  await dataSource.query(`
    INSERT INTO annotations (image_id, index, instrument_id, attributes, source, content_bytes, created_at, updated_at,
                             version, bbox)
    SELECT images.id, index, instruments.id, '{}', 'human', 50, now(), now(), 1,
           jsonb_build_array(CASE WHEN images.id < 100 THEN 9000 ELSE images.id * 7 % 3000 END,
                             (images.id + index) * 11 % 2000, 200, 200)
      FROM images CROSS JOIN generate_series(0, 19) AS index
      JOIN instruments ON instruments.name =
           'label-' || CASE WHEN images.id < 200 THEN 99 WHEN index = 0 THEN 0 ELSE (images.id + index * 7) % 98 END
     WHERE index < images.annotation_count`);
  await dataSource.query(
    `INSERT INTO purged_images (image_id, image_key, client_id, purged_at)
     SELECT 1000000 + n, 'purged-' || n, 'client-' || n % 50, timestamptz '2026-01-01Z' + n * interval '2 seconds'
       FROM generate_series(1, $1::int) AS n`,
    [IMAGES],
  );
  await dataSource.query('VACUUM ANALYZE');
}

/** The plans of what a request asks of images and annotations, by the very statements and parameters. */
async function plansOf(path: string): Promise<string[]> {
  const statements = await statementsOf(() => service.http.get(path).expect(200));
  const plans: string[] = [];
  for (const { sql, parameters } of statements) {
    if (!/\b(?:images|annotations)\b/.test(sql) || !sql.startsWith('SELECT')) continue;
    const rows = await service.dataSource.query<{ 'QUERY PLAN': string }[]>(
      `EXPLAIN ${sql}`,
      parameters as unknown[],
    );
    plans.push(rows.map((row) => row['QUERY PLAN']).join('\n'));
  }
  expect(plans.length).toBeGreaterThan(0);
  return plans;
}

const FILTERS = [
  '',
  'user_id=user-7',
  'user_id=user-7&user_id=user-8',
  'user_id=nobody',
  'location_id=location-7',
  'client_id=client-7',
  'hardware_id=camera-7',
  'ml_tag=TRAIN',
  'ml_tag=TEST',
  'ml_tag=LIVE',
  'instrument=label-0',
  'instrument=label-7',
  'instrument=label-99',
  'instrument=unheard',
  'instrument_all=label-0&instrument_all=label-7',
  'instrument_all=label-0&instrument_all=label-99',
  'not_instrument=label-0',
  'not_instrument=label-99',
  'overlaps=1000,1000,500,500',
  'overlaps=9000,0,500,4000',
  'overlaps=20000,0,1,1',
  'overlaps=1000,1000,500,500&instrument=label-7',
  'overlaps=1000,1000,500,500&instrument=label-99',
  'overlaps=9000,0,500,4000&instrument=label-99',
  'overlaps=1000,1000,500,500&client_id=client-7&sort=image_key',
  'created_from=2026-01-01T10:00:00Z',
  'created_to=2026-01-01T01:00:00Z',
  'has_file=true',
  'has_file=false',
  'annotated=true',
  'annotated=false',
  'min_annotations=1',
  'min_annotations=10',
  'max_annotations=0',
  'max_annotations=3',
  'trash=true',
  'updated_since=2026-01-01T13:50:00Z',
  'updated_since=2026-01-01T01:00:00Z',
  'updated_since=2026-01-01T13:00:00Z&include_deleted=true&sort=updated_at',
  'updated_since=2026-01-01T01:00:00Z&include_deleted=true&sort=-updated_at&client_id=client-7',
  'review_state=new',
  'review_state=annotated',
  'review_state=in_review',
  'review_state=accepted',
  'review_state=in_review&review_state=rejected',
  'review_state=new&review_state=accepted',
  'reviewed=true',
  'reviewed=false',
  'reviewed=true&user_id=user-7',
  'q=tray-4',
  'q=tray-49876',
  'q=nowhere',
  'user_id=user-7&instrument=label-0',
  'location_id=location-7&not_instrument=label-0&min_annotations=2',
];

describe('a page of a list of 50,000 images', () => {
  it.each(FILTERS)('with "%s" reads by index, the first page and the next', async (filter) => {
    const path = `/images?${filter}`;
    const next = nextPage(await service.http.get(path).expect(200));

    for (const address of next === undefined ? [path] : [path, next])
      for (const plan of await plansOf(address))
        expect(plan).not.toMatch(
          /Seq Scan on (?:images|annotations|image_instruments|purged_images)/,
        );
  });

  it.each(['created_at', '-received_at', 'received_at', 'image_key', '-updated_at', 'updated_at'])(
    'in the order of %s is read in that order, not sorted',
    async (sort) => {
      const [plan] = await plansOf(`/images?sort=${sort}&annotations=false`);

      expect(plan).toMatch(/Index Scan/);
      expect(plan).not.toMatch(/Seq Scan|\bSort\b/);
    },
  );

  it.each([
    ['q=49876', 'ix_images_key_trigrams'],
    ['min_annotations=10', 'ix_images_annotation_count'],
    ['has_file=false', 'ix_images_without_file'],
    ['updated_since=2026-01-01T13:50:00Z', 'ix_images_updated_at'],
    ['instrument=label-99', 'ix_image_instruments_instrument_id'],
    ['overlaps=9000,0,500,4000', 'ix_annotations_bounds'],
    ['user_id=user-7', 'ix_images_user_id'],
    ['location_id=location-7', 'ix_images_location_id'],
    ['client_id=client-7', 'ix_images_client_id'],
    ['hardware_id=camera-7', 'ix_images_hardware_id'],
    ['ml_tag=TEST', 'ix_images_ml_tag'],
    ['review_state=in_review', 'ix_images_review'],
    ['review_state=rejected', 'ix_images_review'],
    ['reviewed=true', 'ix_images_reviewed'],
  ])('with "%s", which few have, begins with %s', async (filter, index) => {
    const [plan] = await plansOf(`/images?${filter}&annotations=false`);

    expect(plan).toContain(index);
  });

  it('with a label and a client reads both lists, and looks up what stands in both', async () => {
    const [plan] = await plansOf('/images?instrument=label-7&client_id=client-7&annotations=false');

    expect(plan).toMatch(/Index Only Scan .*ix_image_instruments_instrument_id/);
    expect(plan).toMatch(/Index Only Scan .*ix_images_client_id/);
  });

  it.each([
    ['-created_at', '<='],
    ['created_at', '>='],
  ])('in the order of %s enters two lists where both of them have begun', async (sort, beyond) => {
    const [plan] = await plansOf(
      `/images?instrument=label-99&ml_tag=TRAIN&sort=${sort}&annotations=false`,
    );

    // Only old images carry the label. Behind the newest of them the tag's list is entered, or each image is looked up.
    const condition = (column: string, comparison: string) =>
      new RegExp(`Index Cond: \\(\\(${column} = \\S+\\) AND \\(captured_at ${comparison} `);
    expect(plan).toMatch(condition('instrument_id', beyond));
    const ways = [condition('ml_tag', `(?:=|${beyond})`), /Index Cond: \(id = walked\.image_id\)/];
    expect(ways.some((way) => way.test(plan!))).toBe(true);
  });

  it('with a label and a client of which the planner has not heard yet looks each image up by its key', async () => {
    await manyImages(service.dataSource, 1_500, { client_id: 'client-new' });

    const [plan] = await plansOf(
      '/images?instrument=label-7&client_id=client-new&annotations=false',
    );

    expect(plan).toMatch(/Index Cond: \(id = \(\w+\.image_id \+ 0\)\)/);
  });

  it('with an area that many have looks for it in the images along the order, not in all', async () => {
    const plans = await plansOf('/images?overlaps=1000,1000,500,500&annotations=false');

    // By the key of annotations or, where labels are few, by the index that has the image second.
    const inside = plans.filter((plan) => /Index Cond: \(.*image_id = ANY/.test(plan));
    expect(inside.length).toBeGreaterThan(0);
    for (const plan of inside) expect(plan).not.toContain('Seq Scan');
    expect(plans[1]).toMatch(/Index (?:Only )?Scan Backward using ix_images_captured_at/);
    for (const plan of plans.slice(1)) expect(plan).not.toContain('ix_annotations_bounds');
  });

  it.each(['', 'client_id=client-7'])(
    'with what was purged and "%s" is read in the order of changes, not sorted',
    async (filter) => {
      for (const sort of ['updated_at', '-updated_at']) {
        const query = `updated_since=2026-01-01T01:00:00Z&include_deleted=true&sort=${sort}`;
        const plans = await plansOf(`/images?${query}&annotations=false&${filter}`);
        const [plan] = plans.filter((one) => one.includes('purged_images'));
        expect(plan).toMatch(/Index (?:Only )?Scan (?:Backward )?using ix_purged_images/);
        expect(plan).not.toMatch(/\bSort\b/);
      }
    },
  );

  it('of reviewed images is read in its order, also where they are few, and so are the last unreviewed ones', async () => {
    const [reviewed] = await plansOf('/images?reviewed=true&annotations=false');
    expect(reviewed).not.toMatch(/\bSort\b/);

    await service.dataSource.query(
      `UPDATE images SET review = 'accepted' WHERE id % 250 > 0 AND review IS DISTINCT FROM 'in_review'`,
    );
    await service.dataSource.query('VACUUM ANALYZE images');
    for (const filter of ['reviewed=false', 'review_state=annotated', 'review_state=new']) {
      const [plan] = await plansOf(`/images?${filter}&annotations=false`);
      expect({ filter, plan }).toEqual({
        filter,
        plan: expect.stringContaining('ix_images_unreviewed'),
      });
      expect(plan).not.toMatch(/\bSort\b/);
    }
  });
});
