import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { type Http, startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import {
  anAnnotation,
  type AnnotatedImage,
  annotationFields,
  anImage,
  aPolygon,
  at,
  type Fields,
  pathTo,
  type StoredAnnotation,
} from './helpers/records.js';

const CROSSED = aPolygon(at('0,0 9,9 9,0 0,9'));

describe('edits of a set by several people', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    service = await startApp();
    http = service.http;
  });
  afterAll(() => service.close());

  /** An image with annotations of these labels, at version 1 of its set. */
  const imageWith = (...labels: string[]) =>
    anImage(http, { annotations: labels.map((instrument) => ({ instrument })) });
  const labelled = (instrument: string, index?: number): Fields => ({
    instrument,
    polygon: null,
    ...(index === undefined ? {} : { index }),
  });
  const setOf = async (image: AnnotatedImage) => {
    const { body, headers } = await http.get(pathTo(image, 'annotations')).expect(200);
    return { annotations: body as StoredAnnotation[], etag: String(headers.etag) };
  };
  const labelsOf = async (image: AnnotatedImage) =>
    Object.fromEntries(
      (await setOf(image)).annotations.map(({ index, instrument }) => [index, instrument]),
    );
  const put = (image: AnnotatedImage, annotations: Fields[], base_version?: number) =>
    http.put(pathTo(image, 'annotations')).send({ annotations, base_version });
  const patch = (image: AnnotatedImage, edits: Fields) =>
    http.patch(pathTo(image, 'annotations')).send(edits);
  const conflictsIn = ({ body }: Response) =>
    (body as { conflicts: { index: number; pointer: string }[] }).conflicts;

  describe('a whole set with base_version', () => {
    it('keeps what others changed, made and deleted where the client left it alone', async () => {
      const image = await imageWith('a', 'b', 'c', 'd');
      await http.put(pathTo({ ...image, index: 1 })).send(labelled('theirs'));
      await http.delete(pathTo({ ...image, index: 2 })).expect(204);
      await anAnnotation(http, labelled('new of theirs'), image);

      const sent = [labelled('mine', 0), labelled('b', 1), labelled('c', 2), labelled('mine too')];
      const answer = await put(image, sent, 1);

      expect(answer.status).toBe(200);
      expect(await labelsOf(image)).toEqual({
        0: 'mine',
        1: 'theirs',
        4: 'new of theirs',
        5: 'mine too',
      });
      expect(answer.body).toEqual((await setOf(image)).annotations);
      expect(answer.headers.etag).toBe((await setOf(image)).etag);
    });

    it('is refused where both changed the same annotation, with both versions, and changes nothing', async () => {
      const image = await imageWith('a', 'b', 'c');
      await http.put(pathTo({ ...image, index: 0 })).send(labelled('theirs'));
      await http.delete(pathTo({ ...image, index: 1 })).expect(204);
      await http.put(pathTo({ ...image, index: 2 })).send(labelled('theirs too'));
      const before = await setOf(image);

      const answer = await put(image, [labelled('mine', 1), labelled('mine', 0)], 1);

      expectProblem(answer, 409, 'annotation-conflict', [
        '#/annotations/1',
        '#/annotations/0',
        '#/annotations',
      ]);
      expect(answer.body).toMatchObject({ current_version: 4, current_etag: before.etag });
      expect(conflictsIn(answer)).toEqual([
        {
          index: 0,
          pointer: '#/annotations/1',
          sent: expect.objectContaining({ instrument: 'mine', polygon: null }),
          base: expect.objectContaining({ instrument: 'a' }),
          current: before.annotations[0],
          changed_at: before.annotations[0]!.updated_at,
          changed_by: null,
        },
        {
          index: 1,
          pointer: '#/annotations/0',
          sent: expect.objectContaining({ instrument: 'mine' }),
          base: expect.objectContaining({ instrument: 'b' }),
          current: null,
          changed_at: expect.any(String),
          changed_by: null,
        },
        {
          index: 2,
          pointer: '#/annotations',
          sent: null,
          base: expect.objectContaining({ instrument: 'c' }),
          current: before.annotations[1],
          changed_at: before.annotations[1]!.updated_at,
          changed_by: null,
        },
      ]);
      expect(await setOf(image)).toEqual(before);
    });

    it('takes the same edit by two for one', async () => {
      const image = await imageWith('a', 'b');
      await put(image, [labelled('same', 0)], 1).expect(200);
      const before = await setOf(image);

      await put(image, [labelled('same', 0)], 1).expect(200);

      expect(await setOf(image)).toEqual(before);
    });

    it('takes a change that was taken back for none', async () => {
      const image = await imageWith('a');
      await http.put(pathTo({ ...image, index: 0 })).send(labelled('b'));
      await http.put(pathTo({ ...image, index: 0 })).send(labelled('a'));

      await put(image, [labelled('mine', 0)], 1).expect(200);

      expect(await labelsOf(image)).toEqual({ 0: 'mine' });
    });

    it('refuses an index that somebody else took since', async () => {
      const image = await imageWith('a');
      await anAnnotation(http, labelled('theirs', 7), image);

      const answer = await put(image, [labelled('a', 0), labelled('mine', 7)], 1);

      expectProblem(answer, 409, 'annotation-conflict', ['#/annotations/1']);
      expect(conflictsIn(answer)).toMatchObject([{ index: 7, base: null }]);
    });

    it('takes a label that was renamed since for the one that the client read', async () => {
      const name = 'old name of a label';
      const image = await imageWith(name, 'b');
      await http.put(pathTo({ ...image, index: 0 })).send({
        ...labelled(name),
        attributes: { theirs: true },
      });
      await http.patch(`/instruments/${encodeURIComponent(name)}`).send({ name: 'its new name' });

      await put(image, [labelled(name, 0), labelled('mine', 1)], 1).expect(200);

      expect(await labelsOf(image)).toEqual({ 0: 'its new name', 1: 'mine' });
    });

    it('does not undo a rename by a label that the client read before, and takes an edit beside it', async () => {
      const [old, now] = ['a name that is given up', 'the name instead'];
      const image = await imageWith(old, old, 'b');
      await http
        .patch(`/instruments/${encodeURIComponent(old)}`)
        .send({ name: now })
        .expect(200);
      const sent = [
        labelled(old, 0),
        { ...labelled(old, 1), confidence: 0.5 },
        { ...labelled('b', 2), confidence: 0.5 },
      ];

      const { body } = await put(image, sent, 1).expect(200);

      expect(await labelsOf(image)).toEqual({ 0: now, 1: now, 2: 'b' });
      expect((body as StoredAnnotation[]).map(({ version }) => version)).toEqual([1, 2, 2]);
      const edits = { base_version: 1, replace: [labelled(old, 0)] };
      const edited = await patch(image, edits).expect(200);
      expect(edited.body.results[0].annotation).toMatchObject({ instrument: now, version: 1 });
      expect((await http.get(`/instruments/${encodeURIComponent(old)}`)).status).toBe(404);
    });

    it('knows a label that was merged since by all names that it has had on the way', async () => {
      const image = await imageWith('merged 1', 'merged 1');
      await imageWith('merged 2', 'unrelated');
      const change = (from: string, fields: object) =>
        http
          .patch(`/instruments/${encodeURIComponent(from)}`)
          .send(fields)
          .expect(200);
      await change('merged 1', { name: 'merged 2', merge: true });
      await change('merged 2', { name: 'merged 3' });
      const sent = [labelled('merged 1', 0), { ...labelled('merged 2', 1), confidence: 0.5 }];

      const { body } = await put(image, sent, 1).expect(200);

      expect(await labelsOf(image)).toEqual({ 0: 'merged 3', 1: 'merged 3' });
      expect((body as StoredAnnotation[]).map(({ version }) => version)).toEqual([1, 2]);
    });

    it('replaces the set as it is sent when nobody changed it', async () => {
      const image = await imageWith('a', 'b');

      await put(image, [labelled('mine', 0)], 1).expect(200);

      expect(await labelsOf(image)).toEqual({ 0: 'mine' });
    });

    it('is refused for a base that is not known any more, if it touches what changed', async () => {
      const image = await imageWith('a', 'b');
      await http.put(pathTo({ ...image, index: 0 })).send(labelled('theirs'));
      await service.dataSource.query(
        `DELETE FROM annotation_versions USING images
          WHERE images.id = image_id AND image_key = $1 AND index = 0 AND annotation_versions.version = 1`,
        [image.image_key],
      );

      const answer = await put(image, [labelled('a', 0), labelled('b', 1)], 1);
      expectProblem(answer, 409, 'annotation-conflict', ['#/annotations/0']);

      await put(image, [labelled('theirs', 0), labelled('mine', 1)], 1).expect(200);
      expect(await labelsOf(image)).toEqual({ 0: 'theirs', 1: 'mine' });
    });

    it('answers 422 to a version that the set never had, and 400 to what is none', async () => {
      const image = await imageWith('a');

      expectProblem(await put(image, [], 2), 422, 'unknown-base-version', ['#/base_version']);
      for (const version of [-1, 1.5, 2 ** 31, null, '1'])
        expectProblem(await put(image, [], version as number), 400, 'invalid-request', [
          '#/base_version',
        ]);
      expect(await labelsOf(image)).toEqual({ 0: 'a' });
    });

    it('does not soften If-Match', async () => {
      const image = await imageWith('a', 'b');
      const { etag } = await setOf(image);
      await http.put(pathTo({ ...image, index: 1 })).send(labelled('theirs'));

      const answer = await put(image, [labelled('mine', 0), labelled('b', 1)], 1).set(
        'If-Match',
        etag,
      );

      expectProblem(answer, 412, 'annotation-set-changed');
    });
  });

  describe('a batch', () => {
    it('creates, replaces and deletes at once, and says of each what it came to', async () => {
      const image = await imageWith('a', 'b', 'c');

      const answer = await patch(image, {
        create: [labelled('new'), labelled('placed', 9)],
        replace: [labelled('mine', 1)],
        delete: [2],
      });

      const { annotations, etag } = await setOf(image);
      expect(answer.status).toBe(200);
      expect(answer.headers.etag).toBe(etag);
      expect(etag).toBe('"2"');
      expect(answer.body).toEqual({
        results: [
          { pointer: '#/create/0', status: 201, index: 10, annotation: annotations[3] },
          { pointer: '#/create/1', status: 201, index: 9, annotation: annotations[2] },
          { pointer: '#/replace/0', status: 200, index: 1, annotation: annotations[1] },
          { pointer: '#/delete/0', status: 204, index: 2, annotation: null },
        ],
      });
      expect(await labelsOf(image)).toEqual({ 0: 'a', 1: 'mine', 9: 'placed', 10: 'new' });
    });

    it('names every edit that cannot be, and does none of them', async () => {
      const image = await imageWith('a', 'b');
      const before = await setOf(image);

      const answer = await patch(image, {
        create: [labelled('taken', 0), labelled('good')],
        replace: [labelled('not there', 5), labelled('good', 1)],
        delete: [6],
      });

      expectProblem(answer, 409, 'annotation-conflict', [
        '#/create/0',
        '#/replace/0',
        '#/delete/0',
      ]);
      expect(conflictsIn(answer)).toMatchObject([
        { index: 0, current: before.annotations[0] },
        { index: 5, current: null },
        { index: 6, current: null },
      ]);
      expect(await setOf(image)).toEqual(before);
    });

    it('with base_version edits what nobody else changed since, beside what others did', async () => {
      const image = await imageWith('a', 'b', 'c');
      await http.put(pathTo({ ...image, index: 1 })).send(labelled('theirs'));

      await patch(image, {
        base_version: 1,
        replace: [labelled('mine', 0)],
        delete: [2],
      }).expect(200);
      expect(await labelsOf(image)).toEqual({ 0: 'mine', 1: 'theirs' });

      const answer = await patch(image, { base_version: 1, replace: [labelled('mine', 1)] });
      expectProblem(answer, 409, 'annotation-conflict', ['#/replace/0']);
    });

    it('with base_version may be repeated: what is as it was to be is left alone', async () => {
      const image = await imageWith('a', 'b');
      const edits = {
        base_version: 1,
        create: [labelled('new', 5)],
        replace: [labelled('mine', 0)],
        delete: [1],
      };
      const first = await patch(image, edits).expect(200);
      const { annotations } = await setOf(image);

      const second = await patch(image, edits).expect(200);

      expect(second.body).toEqual(first.body);
      expect(second.headers.etag).toBe(first.headers.etag);
      expect((await setOf(image)).annotations).toEqual(annotations);
    });

    it('with base_version deletes nothing that was not there yet', async () => {
      const image = await anImage(http);
      await anAnnotation(http, labelled('theirs'), image);

      const answer = await patch(image, { base_version: 0, delete: [0] });

      expectProblem(answer, 409, 'annotation-conflict', ['#/delete/0']);
      expect(await labelsOf(image)).toEqual({ 0: 'theirs' });
    });

    it('of nothing changes nothing', async () => {
      const image = await imageWith('a');

      const answer = await patch(image, {}).expect(200);

      expect(answer.body).toEqual({ results: [] });
      expect(answer.headers.etag).toBe('"1"');
    });

    it('refuses bad input by the place where it stands', async () => {
      const image = await imageWith('a', 'b');

      const answer = await patch(image, {
        create: [{ instrument: '' }, 1],
        replace: [
          { instrument: 'no index', polygon: null },
          { index: 0, instrument: 'no polygon' },
        ],
        delete: [1, 'two', -1, 1.5, null, 2 ** 31],
        colour: 'red',
      });
      expectProblem(answer, 400, 'invalid-request', [
        '#/colour',
        '#/create/0/instrument',
        '#/create/1',
        '#/replace/0/index',
        '#/replace/1/polygon',
        '#/delete/1',
        '#/delete/2',
        '#/delete/3',
        '#/delete/4',
        '#/delete/5',
      ]);

      const twice = await patch(image, {
        create: [labelled('a', 1)],
        replace: [labelled('b', 1)],
        delete: [0, 0],
      });
      expectProblem(twice, 400, 'invalid-request', ['#/replace/0/index', '#/delete/1']);
      expect(await labelsOf(image)).toEqual({ 0: 'a', 1: 'b' });
    });

    it('names every label that a closed vocabulary lacks', async () => {
      const closed = await startApp({ instruments: 'closed' });
      try {
        await closed.http.post('/instruments').send({ name: 'known' }).expect(201);
        const image = await anImage(closed.http, { annotations: [labelled('known')] });

        const answer = await closed.http.patch(pathTo(image, 'annotations')).send({
          create: [labelled('known'), labelled('unknown')],
          replace: [labelled('unknown too', 0)],
        });

        expectProblem(answer, 422, 'unknown-instrument', [
          '#/create/1/instrument',
          '#/replace/0/instrument',
        ]);
      } finally {
        await closed.close();
      }
    });

    it('refuses impossible polygons by the place where they stand', async () => {
      const image = await imageWith('a');

      const answer = await patch(image, {
        create: [annotationFields({ polygon: CROSSED })],
        replace: [annotationFields({ index: 0, polygon: CROSSED })],
      });

      expectProblem(answer, 422, 'impossible-geometry', [
        '#/create/0/polygon/points',
        '#/create/0/polygon/points/2',
        '#/replace/0/polygon/points',
        '#/replace/0/polygon/points/2',
      ]);
      expect(await labelsOf(image)).toEqual({ 0: 'a' });
    });

    it('obeys If-Match, and is one entry of the audit log', async () => {
      const image = await imageWith('a');
      const path = pathTo(image, 'annotations');

      const stale = await http
        .patch(path)
        .set('If-Match', '"0"')
        .send({ delete: [0] });
      expectProblem(stale, 412, 'annotation-set-changed');
      await http
        .patch(path)
        .set('If-Match', '"1"')
        .send({ create: [labelled('new')], delete: [0] })
        .expect(200);

      const entries = await service.dataSource.query<{ action: string }[]>(
        'SELECT action FROM audit_log WHERE subject = $1',
        [pathTo(image, 'annotations')],
      );
      expect(entries).toEqual([{ action: 'annotation-set.edited' }]);
    });
  });

  describe('412', () => {
    it('of an annotation comes with what it is now', async () => {
      const annotation = await anAnnotation(http);
      await http.put(pathTo(annotation)).send(labelled('theirs')).expect(200);

      for (const answer of [
        await http.put(pathTo(annotation)).set('If-Match', '"1"').send(labelled('mine')),
        await http.delete(pathTo(annotation)).set('If-Match', '"1"'),
        await http.post(pathTo(annotation, 'restore')).set('If-Match', '"1"'),
      ]) {
        expectProblem(answer, 412, 'annotation-changed');
        const { body: current } = await http.get(pathTo(annotation));
        expect(answer.body).toMatchObject({ current, differing_indexes: [annotation.index] });
      }
    });

    it('of a set comes with what it is now, and with the indexes that differ', async () => {
      const image = await imageWith('a', 'b', 'c', 'd');
      await http.put(pathTo({ ...image, index: 3 })).send(labelled('later'));
      await http.delete(pathTo({ ...image, index: 1 })).expect(204);
      await anAnnotation(http, labelled('new'), image);
      const { annotations } = await setOf(image);

      const refused = async (etag: string) => {
        const answer = await http
          .put(pathTo(image, 'annotations'))
          .set('If-Match', etag)
          .send({ annotations: [] });
        expectProblem(answer, 412, 'annotation-set-changed');
        expect(answer.body.current).toEqual(annotations);
        return answer.body.differing_indexes as number[] | null;
      };

      expect(await refused('"1"')).toEqual([1, 3, 4]);
      expect(await refused('"2"')).toEqual([1, 4]);
      expect(await refused('"99"')).toBeNull();
      expect(await refused('"of-something-else"')).toBeNull();
    });

    it('of a set whose label was renamed names its annotations', async () => {
      const image = await imageWith('a label to rename', 'another one');
      const { etag } = await setOf(image);
      await http.patch('/instruments/a%20label%20to%20rename').send({ name: 'a renamed label' });

      const answer = await http
        .put(pathTo(image, 'annotations'))
        .set('If-Match', etag)
        .send({ annotations: [] });

      expectProblem(answer, 412, 'annotation-set-changed');
      expect(answer.body.differing_indexes).toEqual([0]);
    });
  });
});
