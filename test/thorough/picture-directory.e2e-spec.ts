import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { ChangeFeed } from '../../src/database/changes/change-feed.js';
import { startApp, startCopyOf, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { drawPicture } from '../helpers/pictures.js';
import { aBox, anImage, pathTo } from '../helpers/records.js';
import { statementsOf } from '../helpers/statements.js';
import { TcpProxy } from '../helpers/tcp-proxy.js';

/** How old the truth may be in another copy of the service. */
const STALE_MS = 1_000;

describe('the memory of pictures', () => {
  let here: TestApp;
  let there: TestApp;
  let network: TcpProxy;
  let pictures: [Buffer, Buffer];

  beforeAll(async () => {
    here = await startApp();
    const database = new URL(here.environment.databaseUrl!);
    network = await TcpProxy.to(Number(database.port));
    database.port = String(network.port);
    there = await startCopyOf(here, { databaseUrl: database.href });
    pictures = [
      await drawPicture({ format: 'jpeg', width: 64, height: 48 }),
      await drawPicture({ format: 'png', width: 32, height: 24 }),
    ];
  });
  afterAll(async () => {
    await there.close();
    await network.close();
    await here.close();
  });

  it('answers a picture that was read before without asking the database', async () => {
    const path = await aKnownPicture();
    for (const service of [here, there]) {
      const statements = await statementsOf(async () => {
        expect((await service.http.get(path).expect(200)).body).toEqual(pictures[0]);
        await service.http.get(`${path}?scale=0.5`).expect(200);
        await service.http.head(path).expect(200);
      });
      expect(statements).toEqual([]);
    }
  });

  it('remembers nothing with PICTURE_DIRECTORY_ENTRIES=0', async () => {
    const forgetful = await startCopyOf(here, { pictureDirectoryEntries: 0 });
    const path = await aKnownPicture();
    await forgetful.http.get(path).expect(200);
    const statements = await statementsOf(() => forgetful.http.get(path).expect(200));
    expect(statements).toHaveLength(1);
    await forgetful.close();
  });

  it('does not know of an image that has no picture, or is not there', async () => {
    const image = await anImage(here.http);
    for (const path of [pathTo(image, 'file'), '/images/nowhere/file'])
      for (let round = 0; round < 2; round++)
        expect(await statementsOf(() => here.http.get(path).expect(404))).toHaveLength(1);
  });

  describe.each<[string, { change: (path: string) => Promise<unknown>; status: number }]>([
    ['replaced', { change: (path) => replace(path), status: 200 }],
    ['removed', { change: (path) => here.http.delete(path).expect(204), status: 404 }],
    ['trashed', { change: (path) => here.http.delete(imageOf(path)).expect(204), status: 404 }],
    [
      'purged',
      {
        change: (path) => here.http.delete(`${imageOf(path)}?purge=true`).expect(204),
        status: 404,
      },
    ],
    [
      'made another one past the service',
      {
        change: (path) =>
          here.dataSource.query('DELETE FROM images WHERE image_key = $1', [keyOf(path)]),
        status: 404,
      },
    ],
  ])('of a picture that is %s', (how, { change, status }) => {
    const isOurs = !how.endsWith('past the service');

    it('ends at once where it is done, and within a second elsewhere', async () => {
      const path = await aKnownPicture();
      await change(path);
      const at = performance.now();
      if (isOurs) expectNow(await here.http.get(path), status);
      await sleep(STALE_MS - (performance.now() - at));
      for (const service of [here, there]) {
        // A tag needs no file, whose absence would tell.
        const { headers } = await service.http.head(path).expect(status);
        if (status === 200) expect(headers['content-type']).toBe('image/png');
        expectNow(await service.http.get(path), status);
      }
    });
  });

  it('is emptied when all images are', async () => {
    const path = await aKnownPicture();
    const image = (await here.http.get(imageOf(path))).body as { image_key: string };
    await here.dataSource.query('TRUNCATE images CASCADE');
    await sleep(STALE_MS);
    for (const service of [here, there]) await service.http.get(pathTo(image, 'file')).expect(404);
  });

  it('is right when a picture comes back from the trash as another one', async () => {
    const path = await aKnownPicture();
    await here.http.delete(imageOf(path)).expect(204);
    await here.http.get(path).expect(404);
    await here.http.post(`${imageOf(path)}/restore`).expect(200);
    await replace(path);
    expectNow(await here.http.get(path), 200);
  });

  it('is told nothing of what it does not keep', async () => {
    const told: string[] = [];
    const listener = new pg.Client({ connectionString: here.environment.databaseUrl });
    await listener.connect();
    listener.on('notification', ({ payload }) => told.push(payload ?? ''));
    await listener.query('LISTEN loupe_images');
    try {
      const path = await aKnownPicture();
      const image = imageOf(path);
      await here.http.patch(image).send({ ml_tag: 'TEST' }).expect(200);
      const box = { instrument: 'clamp', polygon: aBox() };
      await here.http.post(`${image}/annotations`).send(box).expect(201);
      await here.http.patch(image).send({ client_id: 'another' }).expect(200);
      await listener.query('SELECT');
      expect(told).toEqual([keyOf(path)]);
    } finally {
      await listener.end();
    }
  });

  describe('of callers', () => {
    let guarded: TestApp;
    let copy: TestApp;

    beforeAll(async () => {
      guarded = await startApp({ auth: 'on', rateLimit: 'off' });
      copy = await startCopyOf(guarded, { auth: 'on', rateLimit: 'off' });
    });
    afterAll(async () => {
      await copy.close();
      await guarded.close();
    });

    it('shows a picture to those who see its client, and no longer than that', async () => {
      const admin = guarded.httpWith(withKey(await aKey(guarded)));
      const [ours, theirs] = await Promise.all(
        [['st-james'], ['theirs']].map(async (clientIds) =>
          withKey(await aKey(guarded, { clientIds })),
        ),
      );
      const image = await anImage(admin, { client_id: 'st-james' });
      const path = pathTo(image, 'file');
      await admin.put(path).type('image/jpeg').send(pictures[0]).expect(201);
      for (const service of [guarded, copy]) {
        await until(() => service.app.get(ChangeFeed, { strict: false }).isCurrent);
        await service.httpWith(ours!).get(path).expect(200);
        await service.httpWith(theirs!).get(path).expect(404);
      }

      await admin.patch(pathTo(image)).send({ client_id: 'theirs' }).expect(200);
      await guarded.httpWith(ours!).get(path).expect(404);
      await guarded.httpWith(theirs!).get(path).expect(200);
      await sleep(STALE_MS);
      await copy.httpWith(ours!).get(path).expect(404);
      await copy.httpWith(theirs!).get(path).expect(200);
    });
  });

  describe('behind a network that fails', () => {
    const feed = () => there.app.get(ChangeFeed, { strict: false });

    it('is not believed when the connection broke, and comes back with it', async () => {
      const path = await aKnownPicture();
      network.refuse();
      network.reset();
      await until(() => !feed().isCurrent);
      await replace(path);
      network.heal();
      expectNow(await there.http.get(path), 200);
      await until(() => feed().isCurrent);
      await there.http.get(path).expect(200);
      expect(await statementsOf(() => there.http.get(path).expect(200))).toEqual([]);
    });

    it('is not believed for longer than a second when nothing arrives any more', async () => {
      const path = await aKnownPicture();
      network.swallow();
      await replace(path);
      await sleep(STALE_MS);
      expect(feed().isCurrent).toBe(false);
      network.heal();
      await until(() => feed().isCurrent);
      expectNow(await there.http.get(path), 200);
    });
  });

  it('wakes when it is needed again after a while in which it was not', async () => {
    const path = await aKnownPicture();
    const feed = there.app.get(ChangeFeed, { strict: false });
    await sleep(12_000);
    expect(feed.isCurrent).toBe(false);
    await until(() => feed.isCurrent);
    expect(await statementsOf(() => there.http.get(path).expect(200))).toEqual([]);
  });

  /** The path of a picture that both services know. */
  async function aKnownPicture(): Promise<string> {
    const path = pathTo(await anImage(here.http), 'file');
    await here.http.put(path).type('image/jpeg').send(pictures[0]).expect(201);
    for (const service of [here, there]) {
      await until(() => service.app.get(ChangeFeed, { strict: false }).isCurrent);
      await service.http.get(path).expect(200);
    }
    return path;
  }

  function replace(path: string) {
    return here.http.put(path).type('image/png').send(pictures[1]).expect(200);
  }

  function expectNow(answer: { status: number; body: unknown }, status: number): void {
    expect(answer.status).toBe(status);
    if (status === 200) expect(answer.body).toEqual(pictures[1]);
  }
});

const imageOf = (path: string) => path.replace(/\/file$/, '');
const keyOf = (path: string) => decodeURIComponent(path.split('/')[2]!);

async function until(condition: () => boolean): Promise<void> {
  for (let round = 0; !condition(); round++) {
    if (round === 1_000) throw new Error('It did not come true.');
    await sleep(10);
  }
}
