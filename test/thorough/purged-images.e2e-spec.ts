import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { UpkeepService } from '../../src/images/upkeep/upkeep.service.js';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { allPages } from '../helpers/pages.js';
import { anImage, aTrashedImage, type Fields, pathTo } from '../helpers/records.js';

const EPOCH = '2000-01-01T00:00:00Z';
const INSTANT = expect.stringMatching(/Z$/);

type Image = Readonly<{ image_key: string }>;

describe('images that were purged', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    // No rounds of its own: the tests say when.
    service = await startApp({ upkeepIntervalS: 0, trashDays: 1, tombstoneRetentionDays: 90 });
    http = service.http;
  });
  afterAll(() => service.close());

  const round = () => service.app.get(UpkeepService, { strict: false }).round();
  const purge = (image: Image) => http.delete(`${pathTo(image)}?purge=true`).expect(204);
  const changesOf = (client_id: string, since = EPOCH, sort = 'updated_at') =>
    `/images?client_id=${client_id}&updated_since=${since}&include_deleted=true&sort=${sort}`;
  const keysOf = (items: readonly Fields[]) => items.map(({ image_key }) => image_key);

  it('are told by their keys among what changed, in its order', async () => {
    const client_id = 'told';
    const [purged, used] = [await anImage(http, { client_id }), await anImage(http, { client_id })];
    const trashed = await aTrashedImage(http, { client_id });
    await purge(purged);

    const { body, headers } = await http.get(`${changesOf(client_id)}&count=exact`).expect(200);
    expect(keysOf(body)).toEqual([used.image_key, trashed.image_key, purged.image_key]);
    const [{ updated_at: at }] = body.slice(-1);
    expect(body[2]).toEqual({
      image_key: purged.image_key,
      client_id,
      updated_at: INSTANT,
      deleted_at: at,
      purged_at: at,
    });
    expect(Math.abs(Date.now() - Date.parse(String(at)))).toBeLessThan(10_000);
    expect(body[1]).not.toHaveProperty('purged_at');
    expect(headers['x-total-count']).toBe('3');
    const newest = await http.get(changesOf(client_id, EPOCH, '-updated_at')).expect(200);
    expect(newest.body).toEqual([...body].reverse());
    const lines = await http
      .get(changesOf(client_id))
      .set('Accept', 'application/x-ndjson')
      .expect(200);
    expect(
      lines.text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toEqual(body);
    const later = new Date(Date.parse(String(at)) + 1).toISOString();
    expect((await http.get(changesOf(client_id, later)).expect(200)).body).toEqual([]);
  });

  it('are not told elsewhere', async () => {
    const client_id = 'elsewhere';
    await purge(await anImage(http, { client_id }));
    for (const path of [
      `/images?client_id=${client_id}`,
      `/images?client_id=${client_id}&trash=true`,
      `/images?client_id=${client_id}&updated_since=${EPOCH}&sort=updated_at`,
      changesOf(client_id, EPOCH, 'image_key'),
    ])
      expect((await http.get(path).expect(200)).body).toEqual([]);
  });

  it('are told once each, on pages of whatever length, between the images that changed', async () => {
    const client_id = 'pages';
    const images: Image[] = [];
    for (let n = 0; n < 8; n++) images.push(await anImage(http, { client_id }));
    for (const n of [1, 2, 6]) await purge(images[n]!);
    for (const n of [3, 0]) await http.patch(pathTo(images[n]!)).send({ ml_tag: 'TEST' });
    await purge(images[7]!);
    // Some of them at the same time.
    await service.dataSource.query(
      `UPDATE images SET updated_at = date_trunc('minute', updated_at) WHERE client_id = $1 AND ml_tag IS NULL`,
      [client_id],
    );

    for (const sort of ['updated_at', '-updated_at']) {
      const path = changesOf(client_id, EPOCH, sort);
      const { body } = await http.get(path).expect(200);
      expect(keysOf(body).sort()).toEqual(keysOf(images).sort());
      const times = body.map(({ updated_at }: Fields) => updated_at);
      expect(times).toEqual(
        sort === 'updated_at' ? [...times].sort() : [...times].sort().reverse(),
      );
      for (const limit of [1, 2, 3, 7])
        expect((await allPages(http, `${path}&limit=${limit}`)).flat()).toEqual(body);
    }
  });

  it('are told also when the trash was emptied by the service', async () => {
    const client_id = 'trash';
    const image = await aTrashedImage(http, { client_id });
    await service.dataSource.query(
      `UPDATE images SET trashed_at = trashed_at - interval '2 days' WHERE client_id = $1`,
      [client_id],
    );
    await round();
    const { body } = await http.get(changesOf(client_id)).expect(200);
    expect(body).toMatchObject([{ image_key: image.image_key, purged_at: INSTANT }]);
  });

  it('are told whatever else is asked of images, and whole whatever fields are', async () => {
    const client_id = 'filters';
    const image = await anImage(http, { client_id, ml_tag: 'TRAIN' });
    await purge(image);
    const { body } = await http
      .get(`${changesOf(client_id)}&ml_tag=TEST&fields=ml_tag`)
      .expect(200);
    expect(Object.keys(body[0]).sort()).toEqual([
      'client_id',
      'deleted_at',
      'image_key',
      'purged_at',
      'updated_at',
    ]);
  });

  it('are not told once their key is in use again: the image that has it is', async () => {
    const client_id = 'again';
    const image = await anImage(http, { client_id, image_key: 'again' });
    await purge(image);
    await anImage(http, { client_id, image_key: 'again', ml_tag: 'LIVE' });
    const { body } = await http.get(changesOf(client_id)).expect(200);
    expect(body).toMatchObject([{ image_key: 'again', ml_tag: 'LIVE', deleted_at: null }]);

    await purge(image);
    const after = await http.get(changesOf(client_id)).expect(200);
    expect(new Set(keysOf(after.body))).toEqual(new Set(['again']));
    for (const item of after.body) expect(item.purged_at).toEqual(INSTANT);
  });

  it('are forgotten after TOMBSTONE_RETENTION_DAYS, and not before', async () => {
    const client_id = 'forgotten';
    const [old, young] = [await anImage(http, { client_id }), await anImage(http, { client_id })];
    await purge(old);
    await purge(young);
    for (const [image, days] of [
      [old, 91],
      [young, 89],
    ] as const)
      await service.dataSource.query(
        `UPDATE purged_images SET purged_at = purged_at - $2 * interval '1 day' WHERE image_key = $1`,
        [image.image_key, days],
      );
    await round();
    expect(keysOf((await http.get(changesOf(client_id)).expect(200)).body)).toEqual([
      young.image_key,
    ]);
  });

  it('keep a copy right that follows the changes', async () => {
    const client_id = 'copy';
    const copy = new Map<string, Fields>();
    const images: Image[] = [];
    const synchronize = async (since: string) => {
      for (const item of (await allPages(http, `${changesOf(client_id, since)}&limit=2`)).flat()) {
        const image = item as Fields;
        if (image.deleted_at === null) copy.set(String(image.image_key), image);
        else copy.delete(String(image.image_key));
      }
    };
    for (let n = 0; n < 5; n++) images.push(await anImage(http, { client_id }));
    await synchronize(EPOCH);
    await purge(images[0]!);
    await http.delete(pathTo(images[1]!)).expect(204);
    await purge(images[1]!);
    await http.patch(pathTo(images[2]!)).send({ ml_tag: 'TEST' }).expect(200);
    await purge(images[3]!);
    await anImage(http, { client_id, image_key: images[3]!.image_key });
    await synchronize(EPOCH);

    const { body } = await http.get(`/images?client_id=${client_id}`).expect(200);
    expect(copy).toEqual(new Map(body.map((image: Image) => [image.image_key, image])));
    expect(copy.size).toBe(3);
  });
});

describe('with AUTH=on, images that were purged', () => {
  it('are told only to who saw them, also where another client has the key by now', async () => {
    const service = await startApp({ auth: 'on', rateLimit: 'off' });
    try {
      const as = async (clientIds: string[] | null) =>
        service.httpWith(withKey(await aKey(service, { clientIds })));
      const [admin, ours, theirs] = [await as(null), await as(['ours']), await as(['theirs'])];
      const changes = `/images?updated_since=${EPOCH}&include_deleted=true&sort=updated_at&count=exact`;
      const image_key = 'the same';
      const image = await anImage(admin, { client_id: 'ours', image_key });
      await admin.delete(`${pathTo(image)}?purge=true`).expect(204);

      const none = await theirs.get(changes).expect(200);
      expect(none.body).toEqual([]);
      expect(none.headers['x-total-count']).toBe('0');
      await anImage(admin, { client_id: 'theirs', image_key });
      expect((await ours.get(changes).expect(200)).body).toMatchObject([
        { image_key, client_id: 'ours', purged_at: INSTANT },
      ]);
      expect((await theirs.get(changes).expect(200)).body).toMatchObject([
        { image_key, client_id: 'theirs', deleted_at: null },
      ]);
    } finally {
      await service.close();
    }
  });
});
