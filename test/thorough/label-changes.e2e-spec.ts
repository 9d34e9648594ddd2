import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { emptyDatabase } from '../helpers/empty-database.js';
import { drawPicture } from '../helpers/pictures.js';
import { manyImages } from '../helpers/many-images.js';
import { allPages } from '../helpers/pages.js';
import { expectProblem } from '../helpers/problems.js';
import {
  aBox,
  anAnnotation,
  anImage,
  annotationFields,
  aTrashedImage,
  type Fields,
  imageFields,
  pathTo,
} from '../helpers/records.js';
import { expectNoChange, stateOf } from '../helpers/service-state.js';
import { statementsOf } from '../helpers/statements.js';

let service: TestApp;
let http: Http;

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('PATCH /instruments/{instrument_name}', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('renames everywhere by changing one row, however many annotations carry the label', async () => {
    const image = await anImage(http, { annotations: [labelled('clamp'), labelled('clamp')] });
    const other = await anAnnotation(http, { instrument: 'clamp' });
    const before = await stateOf(service);
    const rows = await rowsOf('instruments');

    const { body, status } = await rename('clamp', { name: 'Kocher clamp' });

    expect({ status, body }).toEqual({
      status: 200,
      body: {
        from: 'clamp',
        to: 'Kocher clamp',
        action: 'rename',
        images: 2,
        annotations: 3,
        count_kind: 'exact',
        done: true,
      },
    });
    const { tables } = await stateOf(service);
    expect(tables.annotations).toEqual(before.tables.annotations);
    expect(tables.images).toEqual(before.tables.images);
    const changed = (await rowsOf('instruments')).filter((row) => !rows.includes(row));
    expect(changed).toHaveLength(1);
    expect(await labelsOf(image)).toEqual(['Kocher clamp', 'Kocher clamp']);
    expect((await http.get(pathTo(other))).body.instrument).toBe('Kocher clamp');
    expect(await namesInUse()).toEqual(['Kocher clamp']);
    expectProblem(await http.get('/instruments/clamp'), 404, 'instrument-not-found');
  });

  it('says what a dry run would do, and changes nothing', async () => {
    await anImage(http, { annotations: [labelled('clamp'), labelled('clamp'), labelled('tray')] });
    await aTrashedImage(http, { annotations: [labelled('clamp')] });

    for (const [name, action] of [
      ['Kocher clamp', 'rename'],
      ['tray', 'merge'],
    ]) {
      const sent = { name, merge: action === 'merge' };
      const { body } = await expectNoChange(service, () => rename('clamp', sent, 'dry_run=true'));
      expect(body).toEqual({
        from: 'clamp',
        to: name,
        action,
        images: 2,
        annotations: 3,
        count_kind: 'exact',
        done: false,
      });
      expect((await rename('clamp', sent)).body).toEqual({ ...body, done: true });
      await rename(name!, { name: 'clamp' });
    }
  });

  it('changes nothing when the label is called so already, also in another normal form', async () => {
    await anAnnotation(http, { instrument: 'e\u0301' });
    const { body } = await expectNoChange(service, () =>
      rename('\u00e9', { name: 'e\u0301', merge: true }),
    );
    expect(body).toMatchObject({ from: '\u00e9', to: '\u00e9', action: 'none', annotations: 0 });
  });

  it('refuses a name that another label has, unless it is to be merged', async () => {
    await anImage(http, { annotations: [labelled('clamp'), labelled('tray')] });
    const answer = await expectNoChange(service, () => rename('clamp', { name: 'tray' }));
    expectProblem(answer, 409, 'instrument-exists');
  });

  it('refuses bad names and unknown labels, in that order of what is wrong', async () => {
    await anAnnotation(http, { instrument: 'a/b' });
    expectProblem(await rename('a/b', { name: ' ' }), 400, 'invalid-request', ['#/name']);
    expectProblem(await rename('a/b', { name: 'x'.repeat(256), more: 1 }), 400, 'invalid-request', [
      '#/name',
      '#/more',
    ]);
    expectProblem(await rename('nothing', { name: ' ' }), 404, 'instrument-not-found');
    expectProblem(await http.get(`/instruments/${'x'.repeat(256)}`), 400, 'invalid-request', [
      'instrument_name',
    ]);
    expect((await rename('a/b', { name: 'x'.repeat(255) })).status).toBe(200);
  });

  it('keeps a rename from overwriting another', async () => {
    await anAnnotation(http, { instrument: 'clamp' });
    const { headers } = await http.get('/instruments/clamp').expect(200);
    await http
      .patch('/instruments/clamp')
      .set('If-Match', headers.etag!)
      .send({ name: 'a' })
      .expect(200);
    const late = await http
      .patch('/instruments/a')
      .set('If-Match', headers.etag!)
      .send({ name: 'b' });
    expectProblem(late, 412, 'instrument-changed');
    expect(late.body).toMatchObject({ current_etag: '"2"', current_version: 2 });
  });

  it('merges: what carries the label carries the other one, also in the trash, and the name is free', async () => {
    const image = await anImage(http, {
      annotations: ['clamp', 'forceps', 'clamp'].map((label) => labelled(label)),
    });
    const deleted = await anAnnotation(http, { instrument: 'clamp' });
    await http.delete(pathTo(deleted)).expect(204);
    const trashed = await aTrashedImage(http, { annotations: [labelled('clamp')] });

    const { body } = await rename('clamp', { name: 'forceps', merge: true });

    expect(body).toMatchObject({ action: 'merge', images: 2, annotations: 3, done: true });
    const set = await http.get(pathTo(image, 'annotations'));
    expect(set.headers.etag).toBe('"1.2"');
    expect(set.body.map(({ instrument, version }: Fields) => [instrument, version])).toEqual([
      ['forceps', 1],
      ['forceps', 1],
      ['forceps', 1],
    ]);
    await http.post(pathTo(trashed, 'restore')).expect(200);
    expect(await labelsOf(trashed)).toEqual(['forceps']);
    expect(await namesInUse()).toEqual(['forceps']);
    expectProblem(await http.get('/instruments/clamp'), 404, 'instrument-not-found');
    // The name is free again.
    await anAnnotation(http, { instrument: 'clamp' });
    expect(await namesInUse()).toEqual(['clamp', 'forceps']);
    await http.post(pathTo(deleted, 'restore')).expect(200);
    expect(await labelsOf({ image_key: deleted.image_key })).toEqual(['forceps']);
  });

  it('merges however many there are without writing an image or an annotation', async () => {
    await manyImages(service.dataSource, 250, { client_id: 'many', annotations: 60 });
    const contents = async () => [await rowsOf('images'), await rowsOf('annotations')];
    const before = await contents();

    const { body } = await rename('label-0', { name: 'label-1', merge: true });

    expect(body).toMatchObject({ action: 'merge', images: 250, annotations: 750, done: true });
    expect(await contents()).toEqual(before);
    await relisted();
    expect(await contents()).toEqual(before);
    const counted = await http.get('/instruments').expect(200);
    expect(counted.body.slice(0, 2)).toEqual([
      { name: 'label-1', annotation_count: 1_500, image_count: 250 },
      { name: 'label-10', annotation_count: 750, image_count: 250 },
    ]);
  });

  it('goes on meaning the last one when what it was merged into is merged or renamed again', async () => {
    const image = await anImage(http, {
      annotations: ['a', 'b', 'c', 'd'].map((label) => labelled(label)),
    });
    await rename('a', { name: 'b', merge: true });
    await rename('b', { name: 'c', merge: true });
    await rename('c', { name: 'e' });
    expect(await labelsOf(image)).toEqual(['e', 'e', 'e', 'd']);
    await relisted();
    expect((await http.get('/instruments')).body).toEqual([
      { name: 'd', annotation_count: 1, image_count: 1 },
      { name: 'e', annotation_count: 3, image_count: 1 },
    ]);
    expectProblem(await http.delete('/instruments/e'), 409, 'instrument-in-use');
    await http.put(pathTo(image, 'annotations')).send({ annotations: [] }).expect(200);
    await http.delete('/instruments/e').expect(204);
    // A label that is gone is made anew for what is brought back.
    await http.post(`${pathTo(image, 'annotations')}/0/restore`).expect(200);
    expect(await labelsOf(image)).toEqual(['e']);
  });

  it('keeps what an image knows of its annotations right, whatever its labels are called', async () => {
    const image = await anImage(http, { annotations: [labelled('a'), labelled('b')] });
    await rename('a', { name: 'a'.repeat(200) });
    await http.put(pathTo({ ...image, index: 0 })).send(annotationFields({ instrument: 'c' }));
    await rename('b', { name: 'c', merge: true });
    await rename('c', { name: 'd'.repeat(100) });
    await http.delete(pathTo({ ...image, index: 1 })).expect(204);
    const [row] = await service.dataSource.query<Fields[]>(
      `SELECT annotation_count, annotation_bytes,
              (SELECT sum(content_bytes)::int FROM annotations WHERE image_id = images.id AND deleted_at IS NULL) AS bytes
         FROM images`,
    );
    expect(row).toMatchObject({ annotation_count: 1, annotation_bytes: row!.bytes });
  });

  it('merges beside writers that name the label, and loses none of what they write', async () => {
    const big = await Promise.all(
      [1, 2, 3].map(() => anImage(http, { annotations: [labelled('old')] })),
    );
    for (const image of big)
      await http
        .put(pathTo(image, 'annotations'))
        .send({ annotations: Array.from({ length: 1_900 }, () => labelled('old')) })
        .expect(200);
    await anAnnotation(http, { instrument: 'new' });

    let isMerging = true;
    let written = 0;
    const writers = big.map(async (image) => {
      while (isMerging || written < 20) {
        const { body } = await http
          .post(pathTo(image, 'annotations'))
          .send(labelled('old'))
          .expect(201);
        expect(['old', 'new']).toContain(body.instrument);
        written += 1;
        if (written > 250) return;
      }
    });
    const { body, status } = await rename('old', { name: 'new', merge: true });
    isMerging = false;
    await Promise.all(writers);

    expect({ status, body }).toMatchObject({ status: 200, body: { action: 'merge', done: true } });
    const sets = await Promise.all(big.map((image) => labelsOf(image)));
    expect(sets.flat()).toHaveLength(3 * 1_900 + written);
    // Whoever wrote after the merge has made the label anew; nothing of before is left.
    const left = sets.flat().filter((label) => label === 'old').length;
    const [history] = (await http.get('/instruments/new/history')).body;
    expect(history).toMatchObject({ action: 'merged', annotation_count: body.annotations });
    expect(left).toBeLessThan(written);
    await relisted();
    const { body: counts } = await http.get('/instruments').expect(200);
    expect(counts.map(({ name, annotation_count }: Fields) => [name, annotation_count])).toEqual([
      ['new', 1 + sets.flat().length - left],
      ...(left > 0 ? [['old', left]] : []),
    ]);
    const counters = await service.dataSource.query<Fields[]>(
      `SELECT images.annotation_count AS known, count(*)::int AS counted
         FROM images JOIN annotations ON image_id = images.id AND deleted_at IS NULL
        GROUP BY images.id HAVING annotation_count <> count(*)`,
    );
    expect(counters).toEqual([]);
  });

  it('waits for who is storing the label at that moment, so that what he stores is merged too', async () => {
    await anAnnotation(http, { instrument: 'old' });
    await anAnnotation(http, { instrument: 'new' });
    // A merge could not know of it by what carries the label already.
    const image = await anImage(http);
    const path = pathTo(image, 'annotations');
    const blocker = new pg.Client({ connectionString: service.environment.databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN');
    // The row of the index that the writer wants, so that he stops after he has found his label.
    await blocker.query(
      `INSERT INTO annotations SELECT (jsonb_populate_record(annotations, jsonb_build_object('image_id', images.id))).*
         FROM annotations, images WHERE image_key = $1 LIMIT 1`,
      [image.image_key],
    );
    const writing = http
      .post(path)
      .send({ ...labelled('old'), index: 0 })
      .then((answer) => answer);
    await waitingFor(1);
    const merging = rename('old', { name: 'new', merge: true }).then((answer) => answer);
    await waitingFor(2);
    await blocker.query('ROLLBACK');
    await blocker.end();

    expect((await writing).status).toBe(201);
    expect((await merging).body).toMatchObject({ action: 'merge', done: true });
    expect(await labelsOf(image)).toEqual(['new']);
    await relisted();
    expect((await http.get('/instruments')).body).toEqual([
      { name: 'new', annotation_count: 3, image_count: 3 },
    ]);
  });

  it('is complete before the images are listed anew: what asks for the label finds them all', async () => {
    const both = await anImage(http, { annotations: [labelled('old'), labelled('new')] });
    const one = await anImage(http, { annotations: [labelled('old'), labelled('other')] });
    await anImage(http, { annotations: [labelled('new')] });
    const changed = await anImage(http, { annotations: [labelled('old')] });
    const answers = async () => {
      const paths = [
        '/images?instrument=new&count=exact',
        '/images?instrument=new&sort=created_at&limit=2',
        '/images?instrument_all=new&instrument_all=other',
        '/images?not_instrument=new',
        '/images?instrument=old',
        '/images?instrument=new&overlaps=0,0,9999,9999',
        '/instruments',
        '/instruments?unused=true',
        '/instruments?instrument=other',
      ];
      const found = await Promise.all(paths.map((path) => http.get(path).expect(200)));
      return found.map(({ body, headers }) => [
        body.map(({ image_key, name, annotation_count, image_count }: Fields) =>
          image_key === undefined ? [name, annotation_count, image_count].join(' ') : image_key,
        ),
        headers['x-total-count'],
      ]);
    };
    const blocker = new pg.Client({ connectionString: service.environment.databaseUrl });
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT FROM images WHERE image_key = ANY($1) FOR UPDATE', [
      [both, one, changed].map(({ image_key }) => image_key),
    ]);
    try {
      await rename('old', { name: 'new', merge: true }).expect(200);
      expect(await namesInUse()).toEqual(['new', 'other']);
      const during = await answers();
      expect(during[6]).toEqual([['new 5 4', 'other 1 1'], undefined]);
      expect(during[0]![1]).toBe('4');
      expect(await under('new')).toBe(2);
      // Whoever changes annotations of an image lists it anew himself.
      await blocker.query(
        `UPDATE annotations SET deleted_at = now()
           FROM images WHERE images.id = image_id AND image_key = $1`,
        [changed.image_key],
      );
      await blocker.query('COMMIT');
      await relisted();
      const after = await answers();
      expect(after[6]).toEqual([['new 4 3', 'other 1 1'], undefined]);
      for (const place of [2, 4, 8]) expect(after[place]).toEqual(during[place]);
      expect(after[1]).toEqual(during[1]);
      expect(await under('new')).toBe(3);
    } finally {
      await blocker.end();
    }
  });
});

describe('after a rename', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('whatever shows the label has another entity tag, and nothing else has', async () => {
    const { shown, others } = await pictured();
    const before = await tagsOf([...shown, ...others]);

    await rename('clamp', { name: 'Kocher clamp' });

    const after = await tagsOf([...shown, ...others]);
    for (const path of shown) {
      expect({ path, tag: after[path] }).not.toEqual({ path, tag: before[path] });
      await http.get(path).set('If-None-Match', before[path]!).expect(200);
      await http.get(path).set('If-None-Match', after[path]!).expect(304);
    }
    for (const path of others)
      expect({ path, tag: after[path] }).toEqual({ path, tag: before[path] });
    await rename('Kocher clamp', { name: 'clamp' });
    const again = await tagsOf(shown);
    // The bytes of a drawing or of linked data may be the very ones that were there before: those tags are theirs.
    for (const path of shown.filter((one) => !one.startsWith('/iiif')))
      expect([before[path], after[path]]).not.toContain(again[path]);
  });

  it('and so has whatever shows a label that was merged', async () => {
    const { shown, others } = await pictured();
    await anAnnotation(http, { instrument: 'grasper' });
    const before = await tagsOf([...shown, ...others]);

    await rename('clamp', { name: 'grasper', merge: true });

    const after = await tagsOf([...shown, ...others]);
    for (const path of shown) {
      expect({ path, tag: after[path] }).not.toEqual({ path, tag: before[path] });
      await http.get(path).set('If-None-Match', before[path]!).expect(200);
    }
    for (const path of others)
      expect({ path, tag: after[path] }).toEqual({ path, tag: before[path] });
    await rename('grasper', { name: 'clamp' });
    const again = await tagsOf(shown);
    for (const path of shown.filter((one) => !one.startsWith('/iiif')))
      expect([before[path], after[path]]).not.toContain(again[path]);
  });

  it('a change that is based on the old name is refused, one on the new is not', async () => {
    const changes = [
      ['put', ['annotations', 0], annotationFields({ instrument: 'tray' }), 'annotation-changed'],
      ['delete', ['annotations', 0], undefined, 'annotation-changed'],
      ['put', ['annotations'], { annotations: [labelled('tray')] }, 'annotation-set-changed'],
      ['patch', [], { ml_tag: 'TEST' }, 'image-changed'],
      ['delete', [], undefined, 'image-changed'],
    ] as const;
    for (const [method, below, body, problem] of changes) {
      const image = await anImage(http, { annotations: [labelled('clamp')] });
      const path = pathTo(image, ...below);
      const stale = (await http.get(path)).headers.etag!;
      await rename('clamp', { name: 'Kocher clamp' });
      const fresh = (await http.get(path)).headers.etag!;
      const send = (tag: string) => http[method](path).set('If-Match', tag).send(body);
      expectProblem(await expectNoChange(service, () => send(stale)), 412, problem);
      const done = await send(fresh);
      expect({ path, status: done.status }).toEqual({
        path,
        status: method === 'delete' ? 204 : 200,
      });
      if (method !== 'delete') {
        expect((await http.get(path)).headers.etag).toBe(done.headers.etag);
        expect(done.headers.etag).not.toBe(fresh);
      }
      await rename('Kocher clamp', { name: 'clamp', merge: true });
    }
  });

  it('the names that the label had lead to what was done to it, and the audit log knows who', async () => {
    await anAnnotation(http, { instrument: 'a' });
    await rename('a', { name: 'b' });
    await rename('b', { name: 'c' });
    await anAnnotation(http, { instrument: 'd' });
    await rename('c', { name: 'd', merge: true });

    const steps = async (name: string, query = '') =>
      (await http.get(`/instruments/${name}/history${query}`).expect(200)).body.map(
        ({ action, from_name, to_name, annotation_count }: Fields) =>
          [action, from_name, to_name, annotation_count].join(' '),
      );
    const [merged, second, first] = ['merged c d 1', 'renamed b c 1', 'renamed a b 1'];
    expect(await steps('c')).toEqual([merged, second]);
    expect(await steps('b')).toEqual([second, first]);
    expect(await steps('d')).toEqual([merged]);
    expect(await steps('b', '?limit=1')).toEqual([second]);
    expectProblem(await http.get('/instruments/never/history'), 404, 'instrument-not-found');
    const { body } = await http.get(
      '/audit-log?action=instrument.renamed&action=instrument.merged&limit=3',
    );
    expect(body.map(({ action, subject }: Fields) => [action, subject].join(' '))).toEqual([
      'instrument.merged /instruments/c',
      'instrument.renamed /instruments/b',
      'instrument.renamed /instruments/a',
    ]);
  });
});

describe('the time of a rename', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('is one, whoever tells it, and the label is called so from then on', async () => {
    const image = await anImage(http, { annotations: [labelled('a')] });
    await rename('a', { name: 'b' });

    const { renamed_at } = (await http.get('/instruments/b').expect(200)).body;
    const [noted] = (await http.get('/instruments/b/history').expect(200)).body;
    expect(noted.at).toBe(renamed_at);
    const then = await http.get(`${pathTo(image, 'annotations')}?as_of=${renamed_at}`).expect(200);
    expect(then.body).toMatchObject([{ instrument: 'b' }]);
  });

  it.each(['rename', 'merge'])('is what a stale writer is told after a %s', async (action) => {
    const image = await anImage(http, { annotations: [labelled('a'), labelled('b')] });
    const [one, set] = [pathTo({ ...image, index: 0 }), pathTo(image, 'annotations')];
    const tags = [await http.get(one), await http.get(set)].map(({ headers }) => headers.etag);
    await rename('a', { name: action === 'merge' ? 'b' : 'c', merge: action === 'merge' });
    const [{ at }] = (await http.get('/instrument-changes?since=2026-01-01T00:00:00Z')).body.slice(
      -1,
    );

    const content = annotationFields({ instrument: 'b' });
    const single = await http.put(one).set('If-Match', String(tags[0])).send(content);
    const whole = await http.put(set).set('If-Match', String(tags[1])).send({ annotations: [] });
    for (const { status, body } of [single, whole])
      expect({ status, at: body.changed_at }).toEqual({ status: 412, at });
  });
});

describe('GET /instrument-changes', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('tells what was done to all labels, so that a copy that is kept can do the same', async () => {
    const image = await anImage(http, {
      annotations: ['a', 'b', 'c'].map((label) => labelled(label)),
    });
    const copy = (await labelsOf(image)).map((label) => label);
    const [first, second] = [new Date().toISOString(), await later()];
    await rename('a', { name: 'd' });
    await rename('b', { name: 'd', merge: true });
    await rename('d', { name: 'e' });

    const { body } = await http.get(`/instrument-changes?since=${first}`).expect(200);

    const called = copy.map((label) =>
      (body as Fields[]).reduce(
        (name, { from_name, to_name }) => (name === from_name ? String(to_name) : name),
        label,
      ),
    );
    expect(called).toEqual(await labelsOf(image));
    expect(called).toEqual(['e', 'e', 'c']);
    expect(body.map(({ action }: Fields) => action)).toEqual(['renamed', 'merged', 'renamed']);
    const rest = await http.get(`/instrument-changes?limit=1&count=exact&since=${second}`);
    expect(rest.headers).toMatchObject({ 'x-total-count': '3' });
    expect(await allPages(http, `/instrument-changes?limit=1&since=${first}`)).toEqual(
      body.map((change: unknown) => [change]),
    );
    const future = await http.get('/instrument-changes?since=9999-01-01T00:00:00Z').expect(200);
    expect(future.body).toEqual([]);
    expectProblem(await http.get('/instrument-changes?since=x'), 400, 'invalid-request', ['since']);
  });

  /** A moment that nothing was done in. */
  async function later(): Promise<string> {
    await sleep(3);
    return new Date().toISOString();
  }
});

describe('DELETE /instruments/{instrument_name}', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('deletes a label that nothing carries', async () => {
    const annotation = await anAnnotation(http, { instrument: 'clamp' });
    await http.delete(pathTo(annotation)).expect(204);
    await http.delete('/instruments/clamp').expect(204);
    expectProblem(await http.delete('/instruments/clamp'), 404, 'instrument-not-found');
    // The index of the deleted annotation can be used again, and its versions go on.
    await http
      .post(pathTo({ image_key: annotation.image_key }, 'annotations'))
      .send(annotationFields({ index: 0, instrument: 'clamp' }))
      .expect(201);
  });

  it('keeps one that is in use, also by the trash, and says by how much', async () => {
    await anImage(http, { annotations: [labelled('clamp'), labelled('clamp')] });
    await aTrashedImage(http, { annotations: [labelled('tray')] });
    const answer = await expectNoChange(service, () => http.delete('/instruments/clamp'));
    expectProblem(answer, 409, 'instrument-in-use');
    expect(answer.body).toMatchObject({ annotation_count: 2, image_count: 1, count_kind: 'exact' });
    expectProblem(await http.delete('/instruments/tray'), 409, 'instrument-in-use');
    expectProblem(
      await http.delete('/instruments/clamp?replacement=clamp'),
      409,
      'instrument-in-use',
    );
  });

  it.each(['tray', 'new'])('gives what carries it a replacement: %s', async (replacement) => {
    const image = await anImage(http, { annotations: [labelled('clamp'), labelled('tray')] });
    await http.delete(`/instruments/clamp?replacement=${replacement}`).expect(204);
    expect(await labelsOf(image)).toEqual([replacement, 'tray']);
    expectProblem(await http.get('/instruments/clamp'), 404, 'instrument-not-found');
  });
});

describe('POST /instruments', () => {
  beforeEach(() => emptyDatabase(service.dataSource));

  it('adds a label, once', async () => {
    const made = await http.post('/instruments').send({ name: 'a/b' }).expect(201);
    expect(made.headers.location).toBe('/instruments/a%2Fb');
    expect((await http.get(made.headers.location!)).body).toEqual(made.body);
    expectProblem(await http.post('/instruments').send({ name: 'a/b' }), 409, 'instrument-exists');
    const retry = () => http.post('/instruments').set('Idempotency-Key', 'k').send({ name: 'c' });
    expect([(await retry()).status, (await retry()).status]).toEqual([201, 200]);

    await rename('c', { name: 'c now' });
    await http.post('/instruments').send({ name: 'c' }).expect(201);
    expect((await retry()).body).toMatchObject({ name: 'c now' });
    await rename('c now', { name: 'c', merge: true });
    expect((await retry()).body).toMatchObject({ name: 'c' });
  });

  it('is not repeated by another label that is called so, when its own is deleted', async () => {
    const retry = () => http.post('/instruments').set('Idempotency-Key', 'd').send({ name: 'd' });
    await retry().expect(201);
    await http.delete('/instruments/d').expect(204);
    await http.post('/instruments').send({ name: 'd' }).expect(201);
    expectProblem(await retry(), 404, 'instrument-not-found');
  });

  it('refuses names that are folders in addresses', async () => {
    for (const name of ['.', '..'])
      expectProblem(await http.post('/instruments').send({ name }), 400, 'invalid-request', [
        '#/name',
      ]);
    await http.post('/instruments').send({ name: '...' }).expect(201);
  });
});

describe('with INSTRUMENTS=closed', () => {
  let closed: TestApp;

  beforeAll(async () => {
    closed = await startApp({ instruments: 'closed' });
    http = closed.http;
  });
  afterAll(async () => {
    http = service.http;
    await closed.close();
  });

  it('annotations carry only labels that are there; each other one is named', async () => {
    await http.post('/instruments').send({ name: 'clamp' }).expect(201);
    const image = await anImage(http, { annotations: [labelled('clamp')] });
    const set = { annotations: [labelled('clamp'), labelled('x'), labelled('y')] };
    const pointers = ['#/annotations/1/instrument', '#/annotations/2/instrument'];

    for (const [answer, expected] of [
      [await http.post('/images').send(imageFields(set)), pointers],
      [await http.put(pathTo(image, 'annotations')).send(set), pointers],
      [await http.post(pathTo(image, 'annotations')).send(labelled('x')), ['#/instrument']],
      [
        await http.put(pathTo({ ...image, index: 0 })).send(annotationFields({ instrument: 'x' })),
        ['#/instrument'],
      ],
    ] as const)
      expectProblem(answer, 422, 'unknown-instrument', expected);
    expectProblem(
      await http.delete('/instruments/clamp?replacement=x'),
      422,
      'unknown-instrument',
      ['replacement'],
    );
    const broken = {
      instrument: 'clamp',
      polygon: {
        points: [
          [0, 0],
          [0, 0],
        ],
      },
    };
    const both = { annotations: [broken, labelled('x')] };
    const places = ['#/annotations/0/polygon/points/1', '#/annotations/1/instrument'];
    for (const answer of [
      await http.post('/images').send(imageFields(both)),
      await http.put(pathTo(image, 'annotations')).send(both),
    ])
      expectProblem(answer, 422, 'impossible-geometry', places);
    const nobody = imageFields({ ...both, user_id: 'nobody' });
    const all = ['#/user_id', ...places];
    expectProblem(await http.post('/images').send(nobody), 422, 'unknown-reference', all);
    const batch = await http.post('/images/batch').send({ atomic: true, images: [nobody] });
    const inBatch = all.map((pointer) => pointer.replace('#', '#/images/0'));
    expectProblem(batch, 422, 'unknown-reference', inBatch);
    await http.post(pathTo(image, 'annotations')).send(labelled('clamp')).expect(201);
    expect((await rename('clamp', { name: 'x' })).status).toBe(200);
    expect(await labelsOf(image)).toEqual(['x', 'x']);
  });
});

it('puts one statement more on a write that names a state, and none on others', async () => {
  const annotation = await anAnnotation(http);
  const put = (tag?: string) =>
    statementsOf(() => {
      const request = http.put(pathTo(annotation));
      if (tag !== undefined) void request.set('If-Match', tag);
      return request.send(annotationFields()).expect(200);
    });
  const plain = await put();
  const conditional = await put('*');
  expect(conditional).toHaveLength(plain.length + 1);
});

function labelled(instrument: string): Fields {
  return { instrument, polygon: aBox() };
}

function rename(name: string, body: Fields, query = '') {
  return http.patch(`/instruments/${encodeURIComponent(name)}?${query}`).send(body);
}

async function labelsOf(image: { image_key: string }): Promise<string[]> {
  const { body } = await http.get(pathTo(image, 'annotations')).expect(200);
  return (body as { instrument: string }[]).map(({ instrument }) => instrument);
}

async function namesInUse(): Promise<string[]> {
  const { body } = await http.get('/instruments').expect(200);
  return (body as { name: string }[]).map(({ name }) => name);
}

/** Until so many connections of the service wait for a lock. */
async function waitingFor(count: number): Promise<void> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const waiting = await service.dataSource.query<unknown[]>(
      `SELECT FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    );
    if (waiting.length === count) return;
    await sleep(10);
  }
  throw new Error(`there are not ${count} connections that wait for a lock`);
}

async function rowsOf(table: string): Promise<string[]> {
  const rows = await service.dataSource.query<{ text: string }[]>(
    `SELECT t::text AS text FROM ${table} t`,
  );
  return rows.map(({ text }) => text);
}

/** Until all images of merged labels stand in the lists of those that they carry now. */
async function relisted(): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt += 1) {
    const merged = await service.dataSource.query<unknown[]>(
      'SELECT FROM instruments WHERE relisting',
    );
    if (merged.length === 0) return;
    await sleep(10);
  }
  throw new Error('images of merged labels are not listed anew');
}

/** How many images stand in the list of a label. */
async function under(name: string): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    `SELECT count(*)::int AS count FROM image_instruments JOIN instruments ON id = instrument_id
      WHERE name = $1 AND removed_at IS NULL`,
    [name],
  );
  return row!.count;
}

async function tagsOf(paths: readonly string[]): Promise<Record<string, string>> {
  const tags = paths.map(async (path) => [path, (await http.get(path).expect(200)).headers.etag]);
  return Object.fromEntries(await Promise.all(tags)) as Record<string, string>;
}

/** An image with a picture and the labels `clamp` and `tray`, and another one that has nothing to do with `clamp`. */
async function pictured(): Promise<{ shown: string[]; others: string[] }> {
  const picture = await drawPicture({ format: 'jpeg', width: 200, height: 150 });
  const image = await anImage(http, { annotations: [labelled('clamp'), labelled('tray')] });
  await http.put(pathTo(image, 'file')).type('image/jpeg').send(picture).expect(201);
  const other = await anAnnotation(http, { instrument: 'tray' });
  const { image_key } = image;
  const iiif = `/iiif/presentation/3/${encodeURIComponent(image_key)}`;
  return {
    shown: [
      pathTo(image),
      pathTo(image, 'annotations'),
      `${pathTo(image, 'annotations')}?space=normalized`,
      pathTo({ image_key, index: 0 }),
      `${pathTo(image, 'file')}?overlay=annotations&width=100`,
      `${iiif}/annotations`,
    ],
    others: [
      pathTo({ image_key, index: 1 }),
      pathTo(image, 'file'),
      `${pathTo(image, 'file')}?width=100`,
      pathTo({ image_key: other.image_key }),
      pathTo({ image_key: other.image_key }, 'annotations'),
      pathTo(other),
    ],
  };
}
