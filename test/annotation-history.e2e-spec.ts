import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Http, startApp, type TestApp } from './helpers/app.js';
import { aKey, withKey } from './helpers/credentials.js';
import { allPages } from './helpers/pages.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  aBox,
  anAnnotation,
  anImage,
  annotationFields,
  aPolygon,
  at,
  type Fields,
  NO_GEOMETRY,
  pathTo,
  type StoredAnnotation,
} from './helpers/records.js';
import { expectNoChange } from './helpers/service-state.js';
import { statementsOf } from './helpers/statements.js';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const DAY_MS = 86_400_000;

interface Version {
  version: number;
  change: string;
  instrument: string;
  polygon: unknown;
  attributes: Fields;
  at: string;
  by: string | null;
  label_changes: { at: string; action: string; to_name: string }[];
}

let service: TestApp;
let http: Http;

beforeAll(async () => {
  service = await startApp({ upkeepIntervalS: 0 });
  http = service.http;
});
afterAll(() => service.close());

async function historyOf(annotation: StoredAnnotation, by = http): Promise<Version[]> {
  return (await by.get(pathTo(annotation, 'history')).expect(200)).body as Version[];
}

/** Every version as number and change, oldest first: `['1 created', '2 deleted']`. */
async function changesOf(annotation: StoredAnnotation): Promise<string[]> {
  const versions = await historyOf(annotation);
  return versions.reverse().map(({ version, change }) => `${version} ${change}`);
}

async function replace(annotation: StoredAnnotation, fields: Fields = {}): Promise<void> {
  await http.put(pathTo(annotation)).send(annotationFields(fields)).expect(200);
}

async function remove(annotation: StoredAnnotation): Promise<void> {
  await http.delete(pathTo(annotation)).expect(204);
}

/** An annotation at version 3, deleted: the second version was a clamp. */
async function aDeletedAnnotation(): Promise<StoredAnnotation> {
  const annotation = await anAnnotation(http);
  await replace(annotation, { instrument: 'clamp', polygon: aBox(), attributes: { old: true } });
  await remove(annotation);
  return annotation;
}

describe('GET …/history', () => {
  it('keeps every version: what it was, who made it, when and by what', async () => {
    const annotation = await anAnnotation(http, { source: 'model', confidence: 0.5 });
    await replace(annotation, { instrument: 'clamp', polygon: null, attributes: { seen: true } });
    await remove(annotation);

    const answer = await http.get(pathTo(annotation, 'history'));

    const replaced = {
      instrument: 'clamp',
      ...NO_GEOMETRY,
      attributes: { seen: true },
      source: 'human',
      confidence: null,
      bbox: null,
      area: null,
      centroid: null,
      at: INSTANT,
      by: null,
      label_changes: [],
    };
    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([
      { version: 3, change: 'deleted', ...replaced },
      { version: 2, change: 'replaced', ...replaced },
      {
        version: 1,
        change: 'created',
        instrument: 'needle holder',
        ...NO_GEOMETRY,
        polygon: aPolygon(),
        attributes: {},
        source: 'model',
        confidence: 0.5,
        bbox: [10, 10, 30, 20],
        area: 300,
        centroid: annotation.centroid,
        at: annotation.created_at,
        by: null,
        label_changes: [],
      },
    ]);
  });

  it('tells who', async () => {
    const guarded = await startApp({ auth: 'on', rateLimit: 'off' });
    try {
      const as = async (name: string) =>
        guarded.httpWith(withKey(await aKey(guarded, { name, role: 'admin' })));
      const [ada, mary] = [await as('ada'), await as('mary')];
      const annotation = await anAnnotation(ada);
      await mary.delete(pathTo(annotation)).expect(204);
      await ada.post(pathTo(annotation, 'restore')).expect(200);

      const versions = await historyOf(annotation, mary);

      expect(versions.map(({ change, by }) => [change, by])).toEqual([
        ['restored', 'api-key:ada'],
        ['deleted', 'api-key:mary'],
        ['created', 'api-key:ada'],
      ]);
    } finally {
      await guarded.close();
    }
  });

  it('keeps what comes with an image and what a whole set adds, replaces and leaves out', async () => {
    const image = await anImage(http, { annotations: [annotationFields(), annotationFields()] });
    const [first, second] = image.annotations as [StoredAnnotation, StoredAnnotation];
    const annotations = [annotationFields({ index: 0, instrument: 'tray' }), annotationFields()];
    await http.put(pathTo(image, 'annotations')).send({ annotations }).expect(200);

    expect(await changesOf(first)).toEqual(['1 created', '2 replaced']);
    expect(await changesOf(second)).toEqual(['1 created', '2 deleted']);
    expect(await changesOf({ ...first, index: 2 })).toEqual(['1 created']);
  });

  it('has no version where a set says again what is there', async () => {
    const image = await anImage(http, { annotations: [annotationFields()] });
    const annotations = [annotationFields({ index: 0 })];
    await http.put(pathTo(image, 'annotations')).send({ annotations }).expect(200);

    expect(await changesOf(image.annotations[0]!)).toEqual(['1 created']);
  });

  it('goes on where an index is used again by naming it', async () => {
    const annotation = await aDeletedAnnotation();
    await anAnnotation(http, { index: 0 }, annotation);

    expect(await changesOf(annotation)).toEqual([
      '1 created',
      '2 replaced',
      '3 deleted',
      '4 created',
    ]);
  });

  it('comes in pages, newest first, and is counted on request', async () => {
    const annotation = await anAnnotation(http);
    for (let version = 2; version <= 5; version += 1) await replace(annotation);

    const pages = (await allPages(http, `${pathTo(annotation, 'history')}?limit=2`)) as Version[][];
    const counted = await http.get(pathTo(annotation, 'history')).query({ count: 'exact' });

    expect(pages.map((page) => page.map(({ version }) => version))).toEqual([[5, 4], [3, 2], [1]]);
    expect(counted.headers['x-total-count']).toBe('5');
  });

  it('ends a page early that would be longer than 8 MB', async () => {
    const points = Array.from({ length: 10_000 }, (_, place) => {
      const angle = (2 * Math.PI * place) / 10_000;
      return [1e3 * Math.cos(angle) + 1e3, 1e3 * Math.sin(angle) + 1e3];
    });
    const annotation = await anAnnotation(http, { polygon: { points } });
    await service.dataSource.query(
      `INSERT INTO annotation_versions
       SELECT (jsonb_populate_record(versions, jsonb_build_object('version', number))).*
         FROM annotation_versions versions JOIN images ON images.id = image_id, generate_series(2, 25) number
        WHERE image_key = $1`,
      [annotation.image_key],
    );

    const pages = (await allPages(http, pathTo(annotation, 'history'))) as Version[][];

    expect(pages.length).toBeGreaterThan(1);
    for (const page of pages) expect(JSON.stringify(page).length).toBeLessThan(8_500_000);
    expect(pages.flat().map(({ version }) => version)).toEqual(
      Array.from({ length: 25 }, (_, place) => 25 - place),
    );
  });

  it('answers 404 for an index that was never used, and 400 to what is no page', async () => {
    const annotation = await anAnnotation(http);
    const elsewhere = pathTo({ ...annotation, index: 1 }, 'history');

    expectProblem(await http.get(elsewhere), 404, 'annotation-not-found');
    expectProblem(await http.get(`${elsewhere}?limit=0`), 404, 'annotation-not-found');
    const path = pathTo(annotation, 'history');
    for (const cursor of ['x', 'WyJhbm5vdGF0aW9uLWhpc3Rvcnk6LXZlcnNpb24iLDAuNV0'])
      expectProblem(await http.get(path).query({ cursor }), 400, 'invalid-request', ['cursor']);
  });

  it('is gone with its image', async () => {
    const annotation = await aDeletedAnnotation();
    await http.delete(`${pathTo({ image_key: annotation.image_key })}?purge=true`).expect(204);

    const orphans = await service.dataSource.query(
      'SELECT FROM annotation_versions WHERE image_id NOT IN (SELECT id FROM images)',
    );

    expect(orphans).toEqual([]);
    expectProblem(await http.get(pathTo(annotation, 'history')), 404, 'image-not-found');
  });

  it('is written by the statement that writes the annotations, however many', async () => {
    const image = await anImage(http);
    const set = (count: number, instrument: string) => ({
      annotations: Array.from({ length: count }, () => annotationFields({ instrument })),
    });
    const put = (count: number) =>
      statementsOf(() =>
        http
          .put(pathTo(image, 'annotations'))
          .send(set(count, `tray ${count}`))
          .expect(200),
      );
    await put(1);

    const few = await put(2);
    const many = await put(500);

    expect(many.map(({ sql }) => sql)).toEqual(few.map(({ sql }) => sql));
    // One upsert, one deletion; each brings its history along.
    expect(many.filter(({ sql }) => sql.includes('annotation_versions'))).toHaveLength(2);
    expect(many.filter(({ sql }) => sql.startsWith('INSERT INTO annotation_versions'))).toEqual([]);
    const [{ count }] = await service.dataSource.query<[{ count: number }]>(
      `SELECT count(*)::int FROM annotation_versions
         JOIN images ON images.id = image_id WHERE image_key = $1`,
      [image.image_key],
    );
    expect(count).toBe(1 + (1 + 2) + (2 + 500));
  });

  it('has no gap and nothing twice when eight write one annotation at once', async () => {
    const annotation = await anAnnotation(http);

    await Promise.all(
      Array.from({ length: 8 }, async (_, writer) => {
        for (let round = 0; round < 5; round += 1)
          await replace(annotation, { attributes: { writer, round } });
      }),
    );

    const versions = await historyOf(annotation);
    expect(versions.map(({ version }) => version)).toEqual(
      Array.from({ length: 41 }, (_, place) => 41 - place),
    );
    const contents = versions.map(({ attributes }) => JSON.stringify(attributes));
    expect(new Set(contents).size).toBe(41);
  });

  it('has nothing of a change that was refused', async () => {
    const annotation = await anAnnotation(http);
    await expectNoChange(service, () =>
      http
        .put(pathTo(annotation))
        .set('If-Match', '"7"')
        .send(annotationFields({ instrument: 'other' })),
    );

    expect(await changesOf(annotation)).toEqual(['1 created']);
  });
});

describe('POST …/restore', () => {
  it('restores a deleted annotation under its old index and goes on with its versions', async () => {
    const annotation = await aDeletedAnnotation();

    const answer = await http.post(pathTo(annotation, 'restore'));

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"4"');
    expect(answer.body).toEqual({
      ...annotation,
      instrument: 'clamp',
      polygon: aBox(),
      attributes: { old: true },
      bbox: [10, 10, 30, 20],
      area: 600,
      centroid: [25, 20],
      updated_at: INSTANT,
      version: 4,
    });
    expect((await http.get(pathTo(annotation))).body).toEqual(answer.body);
    expect((await changesOf(annotation)).at(-1)).toBe('4 restored');
  });

  it('restores a label as it is called now, which may be another one since', async () => {
    const renamed = await anAnnotation(http, { instrument: 'bone saw' });
    const merged = await anAnnotation(http, { instrument: 'gigli saw' });
    for (const annotation of [renamed, merged]) await replace(annotation, { instrument: 'drill' });
    const change = (from: string, fields: Fields) =>
      http
        .patch(`/instruments/${encodeURIComponent(from)}`)
        .send(fields)
        .expect(200);
    await change('bone saw', { name: 'saw' });
    await change('gigli saw', { name: 'wire saw' });
    await anImage(http, { annotations: [{ instrument: 'wire' }] });
    await change('wire saw', { name: 'wire', merge: true });
    const restored = async (annotation: StoredAnnotation) =>
      (await http.post(pathTo(annotation, 'restore')).query({ version: 1 }).expect(200)).body;
    expect(await restored(renamed)).toMatchObject({ instrument: 'saw' });
    expect(await restored(merged)).toMatchObject({ instrument: 'wire' });
    expect((await historyOf(merged)).map(({ instrument }) => instrument)).toEqual([
      'wire',
      'drill',
      'gigli saw',
    ]);
  });

  it('restores the version that is named, of deleted and of living annotations', async () => {
    const annotation = await aDeletedAnnotation();
    const restore = (version: number) =>
      http.post(pathTo(annotation, 'restore')).query({ version }).expect(200);

    expect((await restore(1)).body).toMatchObject({ instrument: 'needle holder', version: 4 });
    expect((await restore(2)).body).toMatchObject({ instrument: 'clamp', version: 5 });
  });

  it('undoes the last change of a living one', async () => {
    const annotation = await anAnnotation(http);
    await replace(annotation, { instrument: 'clamp' });

    const { body } = await http.post(pathTo(annotation, 'restore')).expect(200);

    expect(body).toMatchObject({ instrument: 'needle holder', version: 3 });
  });

  it('gives no index twice: the next one is behind all that ever were', async () => {
    const image = await anImage(http);
    const annotation = await anAnnotation(http, {}, image);
    await remove(annotation);
    const next = await anAnnotation(http, {}, image);
    await http.post(pathTo(annotation, 'restore')).expect(200);

    const { body } = await http.get(pathTo(image, 'annotations')).expect(200);

    expect(next.index).toBe(1);
    expect(body.map(({ index }: StoredAnnotation) => index)).toEqual([0, 1]);
  });

  it('counts again what is back, and raises the version of the set', async () => {
    const annotation = await aDeletedAnnotation();
    const { image_key } = annotation;
    const before = await http.get(pathTo({ image_key }, 'annotations'));
    await http.post(pathTo(annotation, 'restore')).expect(200);
    const after = await http.get(pathTo({ image_key }, 'annotations'));

    expect([before.headers.etag, after.headers.etag]).toEqual(['"3"', '"4"']);
    const [row] = await service.dataSource.query<Fields[]>(
      `SELECT annotation_count AS count, annotation_bytes AS bytes,
              (SELECT sum(content_bytes)::int FROM annotations WHERE image_id = images.id) AS sum
         FROM images WHERE image_key = $1`,
      [image_key],
    );
    expect(row).toMatchObject({ count: 1, bytes: row!.sum });
  });

  it('honours If-Match: 412 where the annotation changed, or is not there', async () => {
    const annotation = await anAnnotation(http);
    await replace(annotation);
    const restore = (tag: string) =>
      http.post(pathTo(annotation, 'restore')).query({ version: 1 }).set('If-Match', tag);

    expectProblem(await restore('"1"'), 412, 'annotation-changed');
    expect((await restore('"2"')).status).toBe(200);
    await remove(annotation);
    const gone = await restore('*');
    expectProblem(gone, 412, 'annotation-changed');
    expect(gone.body).toMatchObject({
      current: null,
      current_etag: null,
      current_version: null,
      changed_by: null,
      changed_at: null,
      differing_indexes: [annotation.index],
    });
  });

  it('takes its version from the query alone: what a body says is refused by name', async () => {
    const annotation = await anAnnotation(http);
    await replace(annotation);
    const restore = (body: object) => http.post(pathTo(annotation, 'restore')).send(body);

    expectProblem(await restore({ version: 1 }), 400, 'invalid-request', ['#/version']);
    expectProblem(await restore([]), 400, 'invalid-request', ['#']);
    expect((await http.get(pathTo(annotation))).body.version).toBe(2);
    await restore({}).expect(200);
  });

  it('answers 428 with REQUIRE_IF_MATCH where a living annotation would be overwritten', async () => {
    const strict = await startApp({ requireIfMatch: true });
    try {
      const annotation = await anAnnotation(strict.http);
      const restore = () => strict.http.post(pathTo(annotation, 'restore')).query({ version: 1 });

      expectProblem(await restore(), 428, 'precondition-required');
      await strict.http.delete(pathTo(annotation)).set('If-Match', '"1"').expect(204);
      expect((await restore()).status).toBe(200);
    } finally {
      await strict.close();
    }
  });

  it('answers 404 for an index that was never used and a version that is not kept', async () => {
    const annotation = await anAnnotation(http);
    const path = pathTo(annotation, 'restore');

    const elsewhere = pathTo({ ...annotation, index: 1 }, 'restore');
    expectProblem(await http.post(elsewhere), 404, 'annotation-not-found');
    expectProblem(await http.post(`${path}?version=2`), 404, 'annotation-version-not-found');
    expectProblem(await http.post(path), 404, 'annotation-version-not-found');
    for (const version of ['0', 'x', '1.5', '2147483648'])
      expectProblem(await http.post(path).query({ version }), 400, 'invalid-request', ['version']);
  });

  it('answers 422 when the polygon lies outside of the picture that is there now', async () => {
    const annotation = await anAnnotation(http, { polygon: aBox(0, 0, 900, 900) });
    await remove(annotation);
    const picture = await drawPicture({ format: 'png', width: 100, height: 80 });
    const file = pathTo({ image_key: annotation.image_key }, 'file');
    await http.put(file).type('image/png').send(picture).expect(201);

    const answer = await expectNoChange(service, () => http.post(pathTo(annotation, 'restore')));

    expectProblem(answer, 422, 'impossible-geometry', ['#/polygon/points/1']);
  });

  it('answers 409 when the image carries as many as one may', async () => {
    const image = await anImage(http, {
      annotations: Array.from({ length: 2_000 }, () => ({ instrument: 'a' })),
    });
    const deleted = image.annotations[7]!;
    await remove(deleted);
    await anAnnotation(http, {}, image);

    const answer = await http.post(pathTo(deleted, 'restore'));

    expectProblem(answer, 409, 'too-many-annotations');
  });

  it('is done once with an Idempotency-Key, which is that of one version', async () => {
    const annotation = await aDeletedAnnotation();
    const restore = (version: number) =>
      http
        .post(pathTo(annotation, 'restore'))
        .query({ version })
        .set('Idempotency-Key', `restore ${annotation.image_key}`.replaceAll(' ', '-'));

    const first = await restore(1);
    const again = await restore(1);

    expect([first.status, again.status]).toEqual([200, 200]);
    expect(again.body).toEqual(first.body);
    expectProblem(await restore(2), 422, 'idempotency-key-reused');
    expect((await changesOf(annotation)).at(-1)).toBe('4 restored');
  });

  it('is noted in the audit log', async () => {
    const annotation = await aDeletedAnnotation();
    await http.post(pathTo(annotation, 'restore')).expect(200);

    const { body } = await http
      .get('/audit-log')
      .query({ action: 'annotation.restored', limit: 1 });

    expect(body).toMatchObject([{ subject: pathTo(annotation) }]);
  });
});

describe('GET …/history/diff', () => {
  it('tells what differs, and how far the polygons agree', async () => {
    const annotation = await anAnnotation(http, { polygon: aBox(0, 0, 20, 20) });
    await replace(annotation, { polygon: aBox(10, 10, 30, 30), instrument: 'clamp' });
    await replace(annotation, { polygon: null, attributes: { a: 1 } });
    const diff = async (query: string) =>
      (await http.get(pathTo(annotation, 'history', 'diff') + query).expect(200)).body as Fields;

    const iou = expect.closeTo(1 / 7, 9);
    expect(await diff('?from=1&to=2')).toEqual({
      from: 1,
      to: 2,
      changed: ['instrument', 'polygon'],
      instrument: { from: 'needle holder', to: 'clamp' },
      iou,
    });
    expect(await diff('?from=2&to=1')).toMatchObject({ from: 2, to: 1, iou });
    expect(await diff('')).toMatchObject({
      from: 2,
      to: 3,
      changed: ['instrument', 'polygon', 'attributes'],
      iou: null,
    });
    expect(await diff('?to=2')).toMatchObject({ from: 1, to: 2 });
    expect(await diff('?from=2&to=2')).toMatchObject({ changed: [], iou: 1 });
  });

  it('knows concave polygons', async () => {
    const annotation = await anAnnotation(http, {
      polygon: aPolygon(at('0,0 1,0 1,2 2,2 2,0 3,0 3,3 0,3')),
    });
    await replace(annotation, { polygon: aBox(0, 0, 3, 1) });

    const { body } = await http.get(pathTo(annotation, 'history', 'diff')).expect(200);

    expect(body.iou).toBeCloseTo(0.25, 9);
  });

  it('compares the only version with itself', async () => {
    const { body } = await http
      .get(pathTo(await anAnnotation(http), 'history', 'diff'))
      .expect(200);

    expect(body).toMatchObject({ from: 1, to: 1, changed: [], iou: 1 });
  });

  it('answers 404 for a version that is not kept, and 400 to what is none', async () => {
    const path = pathTo(await anAnnotation(http), 'history', 'diff');

    expectProblem(await http.get(`${path}?from=2`), 404, 'annotation-version-not-found');
    expectProblem(await http.get(`${path}?to=2`), 404, 'annotation-version-not-found');
    expectProblem(await http.get(`${path}?from=0&to=x`), 400, 'invalid-request', ['from', 'to']);
  });
});

describe('labels that are called something else later', () => {
  const change = (from: string, fields: Fields) =>
    http
      .patch(`/instruments/${encodeURIComponent(from)}`)
      .send(fields)
      .expect(200);

  it('are in the history of an annotation: what became of each version, and when', async () => {
    const annotation = await anAnnotation(http, { instrument: 'spoon' });
    await anImage(http, { annotations: [{ instrument: 'curette' }] });
    await sleep(3);
    await change('spoon', { name: 'bone spoon' });
    await replace(annotation, { instrument: 'bone spoon', confidence: 0.5 });
    await change('bone spoon', { name: 'curette', merge: true });
    await change('curette', { name: 'bone curette' });

    const [newest, first] = await historyOf(annotation);

    const steps = (version: Version) =>
      version.label_changes.map(({ action, to_name }) => `${action} ${to_name}`);
    expect(newest).toMatchObject({ version: 2, instrument: 'bone spoon' });
    expect(steps(newest!)).toEqual(['merged curette', 'renamed bone curette']);
    expect(first).toMatchObject({ version: 1, instrument: 'spoon' });
    expect(steps(first!)).toEqual(['renamed bone spoon']);
    expect(first!.label_changes[0]).toEqual({
      at: expect.stringMatching(/Z$/),
      by: null,
      action: 'renamed',
      to_name: 'bone spoon',
    });
    expect(first!.label_changes[0]!.at > first!.at).toBe(true);
    // A page that ends between the two knows what came after it all the same.
    const { body } = await http.get(pathTo(annotation, 'history')).query({ limit: 1 }).expect(200);
    expect(body).toEqual([newest]);
    const page = await http.get(pathTo(annotation, 'history')).expect(200);
    expect(page.body[1]).toEqual(first);
  });

  it('are called as they were at the time that is asked for', async () => {
    const image = await anImage(http, { annotations: [{ instrument: 'awl' }] });
    await anImage(http, { annotations: [{ instrument: 'punch' }] });
    const seen: { time: string; set: unknown }[] = [];
    const tags = new Set<string | undefined>();
    const remember = async () => {
      await sleep(3);
      seen.push({
        set: (await http.get(pathTo(image, 'annotations'))).body,
        time: new Date().toISOString(),
      });
      await sleep(3);
    };
    await remember();
    await change('awl', { name: 'bradawl' });
    await remember();
    await change('bradawl', { name: 'punch', merge: true });
    await remember();
    await change('punch', { name: 'bone punch' });
    await remember();

    for (const { time, set } of seen) {
      const answer = await http.get(pathTo(image, 'annotations')).query({ as_of: time });
      expect(answer.body).toEqual(set);
      tags.add(answer.headers.etag);
    }
    expect(seen.map(({ set }) => (set as Fields[])[0]!.instrument)).toEqual([
      'awl',
      'bradawl',
      'punch',
      'bone punch',
    ]);
    expect(tags.size).toBe(4);
  });
});

describe('GET …/annotations?as_of=', () => {
  const now = async () => {
    // Times are kept to the millisecond: what comes next is later than this.
    const time = new Date().toISOString();
    await sleep(3);
    return time;
  };
  const asOf = (image: { image_key: string }, time: string) =>
    http.get(pathTo(image, 'annotations')).query({ as_of: time });

  it('gives the set of that moment, exactly', async () => {
    const image = await anImage(http, {
      annotations: [annotationFields(), annotationFields({ instrument: 'tray', polygon: null })],
    });
    const path = pathTo(image, 'annotations');
    const moments: { time: string; set: unknown }[] = [];
    const remember = async () => {
      await sleep(3);
      moments.push({ set: (await http.get(path)).body, time: await now() });
    };
    await remember();
    await http
      .put(`${path}/0`)
      .send(annotationFields({ polygon: aBox() }))
      .expect(200);
    await remember();
    await http.delete(`${path}/1`).expect(204);
    await remember();
    await http
      .post(path)
      .send(annotationFields({ index: 9 }))
      .expect(201);
    await remember();
    await http.post(`${path}/1/restore`).expect(200);
    await remember();
    await http.delete(`${path}/9`).expect(204);
    await http
      .post(path)
      .send(annotationFields({ index: 9, instrument: 'new' }))
      .expect(201);
    await remember();
    await http.put(path).send({ annotations: [] }).expect(200);
    await remember();

    for (const { time, set } of moments)
      expect((await asOf(image, time).expect(200)).body).toEqual(set);
    expect(moments.map(({ set }) => (set as []).length)).toEqual([2, 2, 1, 2, 3, 3, 0]);
  });

  it('is empty before there was an image, and 400 in the future', async () => {
    const image = await anImage(http, { annotations: [annotationFields()] });
    const tomorrow = new Date(Date.now() + DAY_MS).toISOString();

    expect((await asOf(image, '2001-01-01T00:00:00Z').expect(200)).body).toEqual([]);
    expectProblem(await asOf(image, tomorrow), 400, 'invalid-request', ['as_of']);
    expectProblem(await asOf(image, '2026-01-01'), 400, 'invalid-request', ['as_of']);
    expectProblem(await asOf({ image_key: 'none' }, tomorrow), 404, 'image-not-found');
  });

  it('comes in the coordinates that are asked for', async () => {
    const image = await anImage(http, { annotations: [{ instrument: 'a', polygon: aBox() }] });
    const picture = await drawPicture({ format: 'png', width: 100, height: 80 });
    await http.put(pathTo(image, 'file')).type('image/png').send(picture).expect(201);
    const time = await now();
    await http.delete(pathTo(image, 'annotations', 0)).expect(204);

    const half = await asOf(image, time).query({ for: 'scale=0.5' }).expect(200);
    const parts = await asOf(image, time).query({ space: 'normalized' }).expect(200);

    expect(half.body[0].bbox).toEqual([5, 5, 15, 10]);
    expect(parts.body[0].bbox).toEqual([0.1, 0.125, expect.closeTo(0.3), expect.closeTo(0.25)]);
    expect(half.headers.etag).not.toBe(parts.headers.etag);
  });

  it('has an entity tag of its own, that stays as long as the past does', async () => {
    const image = await anImage(http, { annotations: [annotationFields()] });
    const time = await now();
    const first = await asOf(image, time);
    await http.delete(pathTo(image, 'annotations', 0)).expect(204);
    const second = await asOf(image, time).set('If-None-Match', first.headers.etag!);

    expect(first.headers.etag).toMatch(/^"as-of-[0-9a-f]{32}"$/);
    expect(second.status).toBe(304);
    const later = await asOf(image, await now());
    expect(later.headers.etag).not.toBe(first.headers.etag);
  });
});
