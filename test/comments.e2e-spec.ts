import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Http, startApp, type TestApp } from './helpers/app.js';
import { aKey, withKey } from './helpers/credentials.js';
import { allPages } from './helpers/pages.js';
import { expectProblem } from './helpers/problems.js';
import {
  anAnnotation,
  anImage,
  annotationFields,
  etagOf,
  type Fields,
  pathTo,
} from './helpers/records.js';
import { expectNoChange } from './helpers/service-state.js';

type Image = Readonly<{ image_key: string }>;

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** A stored comment: its address and its fields. */
async function aComment(
  http: Http,
  image: Image,
  fields: Fields = {},
): Promise<{ path: string; id: string; comment: Fields }> {
  const { body, status, headers } = await http
    .post(pathTo(image, 'comments'))
    .send({ text: 'Is this a clamp?', ...fields });
  if (status !== 201) throw new Error(`${status} ${JSON.stringify(body)}`);
  return { path: String(headers.location), id: String(body.id), comment: body };
}

describe('comments', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    service = await startApp();
    http = service.http;
  });
  afterAll(() => service.close());

  describe('POST /images/{image_key}/comments', () => {
    it('keeps what somebody wrote about an image', async () => {
      const image = await anImage(http, { image_key: 'tray/ü' });
      const text = 'Is this a clamp?\n\tOr a needle holder? 🔬 العربية';
      const answer = await http.post(pathTo(image, 'comments')).send({ text });

      expect(answer.status).toBe(201);
      expect(answer.body).toEqual({
        id: expect.stringMatching(UUID_V7),
        image_key: image.image_key,
        annotation_index: null,
        text,
        author: null,
        created_at: INSTANT,
        updated_at: INSTANT,
        resolved: false,
        resolved_at: null,
        resolved_by: null,
        version: 1,
      });
      const { location, etag } = answer.headers;
      expect(location).toBe(pathTo(image, 'comments', answer.body.id));
      expect(etag).toBe('"1"');
      const read = await http.get(String(location)).expect(200);
      expect(read.body).toEqual(answer.body);
      expect(read.headers.etag).toBe('"1"');
    });

    it('pins it to an annotation, and keeps it when that is deleted', async () => {
      const annotation = await anAnnotation(http);
      const image = { image_key: annotation.image_key };
      const { path, comment } = await aComment(http, image, { annotation_index: 0 });
      expect(comment.annotation_index).toBe(0);

      await http.delete(pathTo(annotation)).expect(204);
      expect((await http.get(path).expect(200)).body).toEqual(comment);
      const body = { text: 'Too late', annotation_index: 0 };
      const late = await expectNoChange(service, () =>
        http.post(pathTo(image, 'comments')).send(body),
      );
      expectProblem(late, 422, 'unknown-annotation', ['#/annotation_index']);
    });

    it('does not change the image', async () => {
      const image = await anImage(http);
      const before = await http.get(pathTo(image)).expect(200);
      await aComment(http, image);
      const after = await http.get(pathTo(image)).expect(200);
      expect(after.body).toEqual(before.body);
      expect(after.headers.etag).toBe(before.headers.etag);
    });

    it.each<[Fields, string]>([
      [{}, '#/text'],
      [{ text: '' }, '#/text'],
      [{ text: ' \n\t' }, '#/text'],
      [{ text: 'a\u0007' }, '#/text'],
      [{ text: 7 }, '#/text'],
      [{ text: 'a', annotation_index: -1 }, '#/annotation_index'],
      [{ text: 'a', annotation_index: '0' }, '#/annotation_index'],
      [{ text: 'a', annotation_index: 2_147_483_648 }, '#/annotation_index'],
      [{ text: 'a', resolved: true }, '#/resolved'],
    ])('refuses %j: 400', async (body, pointer) => {
      const image = await anImage(http);
      const answer = await expectNoChange(service, () =>
        http.post(pathTo(image, 'comments')).send(body),
      );
      expectProblem(answer, 400, 'invalid-request', [pointer]);
    });

    it('takes 4,000 characters (not code units), and no more', async () => {
      const image = await anImage(http);
      const { comment } = await aComment(http, image, { text: '🔬'.repeat(4_000) });
      expect(comment.text).toBe('🔬'.repeat(4_000));
      const longer = http.post(pathTo(image, 'comments')).send({ text: 'a'.repeat(4_001) });
      expectProblem(await longer, 400, 'invalid-request', ['#/text']);
    });

    it('makes one comment of a request that is repeated with its Idempotency-Key', async () => {
      const image = await anImage(http);
      const send = (text: string) =>
        http.post(pathTo(image, 'comments')).set('Idempotency-Key', 'once').send({ text });
      const first = await send('One').expect(201);
      const again = await send('One').expect(200);
      expect(again.body).toEqual(first.body);
      expect(again.headers.location).toBe(first.headers.location);
      expectProblem(await send('Two'), 422, 'idempotency-key-reused');
      expect((await http.get(pathTo(image, 'comments')).expect(200)).body).toHaveLength(1);
    });
  });

  describe('GET /images/{image_key}/comments', () => {
    let image: Image;

    beforeAll(async () => {
      image = await anImage(http, { annotations: [annotationFields(), annotationFields()] });
      await aComment(http, await anImage(http), { text: 'of another image' });
      for (const [text, annotation_index] of [
        ['a', null],
        ['b', 0],
        ['c', 1],
        ['d', 0],
        ['e', null],
      ]) {
        const { path } = await aComment(http, image, { text, annotation_index });
        if (text === 'b' || text === 'e')
          await http.patch(path).send({ resolved: true }).expect(200);
      }
    });

    it.each([
      ['', 'abcde'],
      ['resolved=true', 'be'],
      ['resolved=false', 'acd'],
      ['annotation_index=0', 'bd'],
      ['annotation_index=1&annotation_index=0', 'bcd'],
      ['annotation_index=0&resolved=false', 'd'],
      ['annotation_index=9', ''],
    ])(
      'with "%s" lists and counts just these, oldest first, on however many pages',
      async (filter, texts) => {
        const path = pathTo(image, 'comments');
        const { body, headers } = await http.get(`${path}?count=exact&${filter}`).expect(200);
        expect(body.map(({ text }: Fields) => text).join('')).toBe(texts);
        expect(headers['x-total-count']).toBe(String(texts.length));
        const estimated = await http.get(`${path}?count=estimated&${filter}`).expect(200);
        expect(estimated.headers['x-total-count']).toBe(String(texts.length));
        const pages = await allPages(http, `${path}?limit=2&${filter}`);
        expect(pages.flat()).toEqual(body);
        expect(pages).toHaveLength(Math.max(1, Math.ceil(texts.length / 2)));
      },
    );

    it('refuses what it does not know, and cursors of other lists', async () => {
      const query = 'resolved=1&annotation_index=x&author=me';
      const answer = await http.get(`${pathTo(image, 'comments')}?${query}`);
      expectProblem(answer, 400, 'invalid-request', ['resolved', 'annotation_index', 'author']);
      const cursor = Buffer.from('["comments:id","1"]').toString('base64url');
      const strange = await http.get(`${pathTo(image, 'comments')}?cursor=${cursor}`);
      expectProblem(strange, 400, 'invalid-request', ['cursor']);
    });
  });

  describe('PATCH /images/{image_key}/comments/{comment_id}', () => {
    it('changes the text and raises the version', async () => {
      const { path, comment } = await aComment(http, await anImage(http));
      const answer = await http.patch(path).send({ text: 'It is one.' }).expect(200);
      expect(answer.body).toEqual({
        ...comment,
        text: 'It is one.',
        version: 2,
        updated_at: INSTANT,
      });
      expect(answer.headers.etag).toBe('"2"');
      expect((await http.get(path).expect(200)).body).toEqual(answer.body);
    });

    it('resolves a comment, keeps since when, and opens it again', async () => {
      const { path } = await aComment(http, await anImage(http));
      const first = await http.patch(path).send({ resolved: true }).expect(200);
      expect(first.body).toMatchObject({ resolved: true, resolved_at: INSTANT });
      const again = await http.patch(path).send({ resolved: true, text: 'b' }).expect(200);
      expect(again.body).toMatchObject({ text: 'b', resolved_at: first.body.resolved_at });
      const open = await http.patch(path).send({ resolved: false }).expect(200);
      expect(open.body).toMatchObject({ resolved: false, resolved_at: null, version: 4 });
    });

    it('leaves version, time and entity tag where it changes nothing', async () => {
      const { path, comment } = await aComment(http, await anImage(http));
      for (const patch of [{}, { resolved: false }, { text: comment.text }]) {
        const answer = await http.patch(path).set('If-Match', '"1"').send(patch).expect(200);
        expect(answer.body).toEqual(comment);
        expect(answer.headers.etag).toBe('"1"');
      }
    });

    it('answers 412 when the comment changed since it was read', async () => {
      const { path } = await aComment(http, await anImage(http));
      const etag = await etagOf(http, path);
      await http.patch(path).set('If-Match', etag).send({ text: 'b' }).expect(200);
      const stale = await expectNoChange(service, () =>
        http.patch(path).set('If-Match', etag).send({ text: 'c' }),
      );
      expectProblem(stale, 412, 'comment-changed');
      expect(stale.body).toMatchObject({ current_etag: '"2"', current_version: 2 });
      expectProblem(await http.delete(path).set('If-Match', etag), 412, 'comment-changed');
    });

    it.each<[Fields, string]>([
      [{ text: null }, '#/text'],
      [{ resolved: null }, '#/resolved'],
      [{ resolved: 'true' }, '#/resolved'],
      [{ annotation_index: 1 }, '#/annotation_index'],
    ])('refuses %j: 400', async (body, pointer) => {
      const { path } = await aComment(http, await anImage(http));
      const answer = await expectNoChange(service, () => http.patch(path).send(body));
      expectProblem(answer, 400, 'invalid-request', [pointer]);
    });
  });

  it('is gone when it was deleted, once', async () => {
    const image = await anImage(http);
    const { path } = await aComment(http, image);
    await http.delete(path).expect(204);
    expectProblem(await http.delete(path), 404, 'comment-not-found');
    expectProblem(await http.get(path), 404, 'comment-not-found');
    expect((await http.get(pathTo(image, 'comments')).expect(200)).body).toEqual([]);
  });

  it('is found only below its image, and only while that is in use', async () => {
    const image = await anImage(http);
    const { path, id } = await aComment(http, image);
    const elsewhere = pathTo(await anImage(http), 'comments', id);
    for (const other of [elsewhere, pathTo(image, 'comments', 'nonsense')]) {
      expectProblem(await http.get(other), 404, 'comment-not-found');
      expectProblem(await http.patch(other).send({ nonsense: 1 }), 404, 'comment-not-found');
      expectProblem(await http.delete(other), 404, 'comment-not-found');
    }
    await http.delete(pathTo(image)).expect(204);
    expectProblem(await http.get(path), 404, 'image-not-found');
    expectProblem(await http.get(pathTo(image, 'comments')), 404, 'image-not-found');
    const post = http.post(pathTo(image, 'comments'));
    expectProblem(await post.send({ text: 'a' }), 404, 'image-not-found');
    await http.post(pathTo(image, 'restore')).expect(200);
    await http.get(path).expect(200);
  });

  it('goes with its image when that is purged', async () => {
    const image = await anImage(http);
    const { id } = await aComment(http, image);
    await http.delete(`${pathTo(image)}?purge=true`).expect(204);
    const rows = await service.dataSource.query('SELECT FROM comments WHERE id = $1', [id]);
    expect(rows).toEqual([]);
  });

  it('is noted in the audit log, without its text', async () => {
    const { path } = await aComment(http, await anImage(http));
    await http.patch(path).send({ resolved: true }).expect(200);
    await http.delete(path).expect(204);
    const subject = encodeURIComponent(path);
    const { body } = await http.get(`/audit-log?subject=${subject}`).expect(200);
    expect(body.map(({ action }: Fields) => action)).toEqual([
      'comment.deleted',
      'comment.changed',
      'comment.added',
    ]);
    expect(JSON.stringify(body)).not.toContain('clamp');
  });
});

describe('with AUTH=on, comments', () => {
  let service: TestApp;
  let admin: Http;
  let ada: Http;
  let bob: Http;
  let viewer: Http;
  let image: Image;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    const as = async (name: string, role: 'admin' | 'annotator' | 'viewer', clientId?: string) => {
      const clientIds = clientId === undefined ? null : [clientId];
      return service.httpWith(withKey(await aKey(service, { name, role, clientIds })));
    };
    admin = await as('admin', 'admin');
    ada = await as('ada', 'annotator');
    bob = await as('bob', 'annotator');
    viewer = await as('viewer', 'viewer');
    image = await anImage(admin);
    // The use of a key is noted to the minute: once now, so that later uses change nothing.
    for (const http of [ada, bob, viewer]) await http.get('/users').expect(200);
  });
  afterAll(() => service.close());

  it('name who wrote and who resolved them', async () => {
    const { path, comment } = await aComment(ada, image);
    expect(comment.author).toBe('api-key:ada');
    const { body } = await bob.patch(path).send({ resolved: true }).expect(200);
    expect(body).toMatchObject({ author: 'api-key:ada', resolved_by: 'api-key:bob' });
    const open = await ada.patch(path).send({ resolved: false }).expect(200);
    expect(open.body.resolved_by).toBeNull();
  });

  it('are rewritten and deleted by their author or an admin only: 403', async () => {
    const { path } = await aComment(ada, image);
    for (const change of [{ text: 'Mine' }, { text: 'Mine', resolved: true }]) {
      const refused = await expectNoChange(service, () =>
        bob.patch(path).set('If-Match', '"0"').send(change),
      );
      expectProblem(refused, 403, 'not-the-author');
    }
    const refused = await expectNoChange(service, () => bob.delete(path));
    expectProblem(refused, 403, 'not-the-author');

    await ada.patch(path).send({ text: 'Better' }).expect(200);
    await admin.patch(path).send({ text: 'Moderated' }).expect(200);
    await ada.delete(path).expect(204);
    const { path: other } = await aComment(ada, image);
    await admin.delete(other).expect(204);
  });

  it('are read by viewers, and written by annotators', async () => {
    const { path } = await aComment(ada, image);
    await viewer.get(path).expect(200);
    await viewer.get(pathTo(image, 'comments')).expect(200);
    const post = await viewer.post(pathTo(image, 'comments')).send({ text: 'a' });
    expectProblem(post, 403, 'role-missing');
    expectProblem(await viewer.patch(path).send({ resolved: true }), 403, 'role-missing');
  });
});
