import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { type Http, startApp, type TestApp } from './helpers/app.js';
import { aKey, withKey } from './helpers/credentials.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  annotationFields,
  anAnnotation,
  anImage,
  etagOf,
  type Fields,
  pathTo,
  unique,
} from './helpers/records.js';
import { expectNoChange } from './helpers/service-state.js';

type Image = Readonly<{ image_key: string }>;

const ANNOTATED = { annotations: [annotationFields()] };

describe('the review of images', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    service = await startApp();
    http = service.http;
  });
  afterAll(() => service.close());

  const stateOf = async (image: Image): Promise<string> =>
    (await http.get(pathTo(image)).expect(200)).body.review_state;
  const put = (image: Image, review_state: string, fields: Fields = {}) =>
    http.put(pathTo(image, 'review')).send({ review_state, ...fields });
  /** An image that took these steps. */
  async function anImageThatBecame(...states: string[]): Promise<Image> {
    const image = await anImage(http, ANNOTATED);
    for (const state of states) await put(image, state).expect(200);
    return image;
  }

  describe('the state', () => {
    it('is in every representation of an image', async () => {
      const { image_key, client_id, review_state } = await anImage(http, {
        ...ANNOTATED,
        client_id: unique('client'),
      });
      const list = `/images?client_id=${client_id}`;

      expect(review_state).toBe('annotated');
      expect((await http.get(list).expect(200)).body[0].review_state).toBe('annotated');
      const { body } = await http.get(`${pathTo({ image_key })}?fields=review_state`).expect(200);
      expect(body).toEqual({ image_key, review_state: 'annotated' });
      const lines = await http
        .get(`${list}&annotations=false`)
        .set('Accept', 'application/x-ndjson')
        .expect(200);
      expect(JSON.parse(lines.text)).toMatchObject({ image_key, review_state: 'annotated' });
    });

    it('follows the annotations while nobody has submitted the image', async () => {
      const image = await anImage(http);
      const before = await etagOf(http, pathTo(image));
      expect(await stateOf(image)).toBe('new');

      const annotation = await anAnnotation(http, {}, image);
      expect(await stateOf(image)).toBe('annotated');
      expect(await etagOf(http, pathTo(image))).not.toBe(before);

      await http.delete(pathTo(annotation)).expect(204);
      expect(await stateOf(image)).toBe('new');
      const { body } = await http.get(pathTo(image, 'review')).expect(200);
      expect(body).toEqual({
        image_key: image.image_key,
        review_state: 'new',
        next_states: ['in_review'],
        changed_at: null,
        changed_by: null,
        note: null,
        steps: [],
      });
    });

    it('cannot be said by whoever makes or changes an image', async () => {
      const image = await anImage(http);
      const create = { image_key: 'a', client_id: 'a', created_at: '2026-03-01T08:30:00Z' };
      for (const answer of [
        await http.post('/images').send({ ...create, review_state: 'accepted' }),
        await http.patch(pathTo(image)).send({ review_state: 'accepted' }),
      ])
        expectProblem(answer, 400, 'invalid-request', ['#/review_state']);
    });
  });

  describe('PUT /images/{image_key}/review', () => {
    it('takes an image through review, and tells every step, newest first', async () => {
      const image = await anImage(http, ANNOTATED);
      const version = async () => Number((await http.get(pathTo(image)).expect(200)).body.version);
      const before = await version();

      const submitted = await put(image, 'in_review', { note: 'Ready.\nPlease look.' }).expect(200);
      expect(submitted.body).toMatchObject({
        image_key: image.image_key,
        review_state: 'in_review',
        next_states: ['annotated', 'accepted', 'rejected'],
        note: 'Ready.\nPlease look.',
      });
      expect(await version()).toBe(before + 1);
      expect(submitted.headers.etag).toBe(await etagOf(http, pathTo(image)));
      await put(image, 'rejected', { note: 'The clamp is missing.' }).expect(200);
      await put(image, 'in_review').expect(200);
      const { body } = await put(image, 'accepted').expect(200);

      expect(body).toMatchObject({ review_state: 'accepted', next_states: ['in_review'] });
      expect(body.changed_at).toBe(body.steps[0].at);
      expect(body.steps.map(({ from, to, note }: Fields) => [from, to, note] as const)).toEqual([
        ['in_review', 'accepted', null],
        ['rejected', 'in_review', null],
        ['in_review', 'rejected', 'The clamp is missing.'],
        ['annotated', 'in_review', 'Ready.\nPlease look.'],
      ]);
      expect(await version()).toBe(before + 4);
      expect((await http.get(pathTo(image, 'review')).expect(200)).body).toEqual(body);
    });

    it('is noted in the audit log', async () => {
      const image = await anImageThatBecame('in_review', 'annotated', 'in_review', 'rejected');
      await put(image, 'in_review').expect(200);
      await put(image, 'accepted').expect(200);
      await put(image, 'in_review').expect(200);
      const subject = encodeURIComponent(pathTo(image, 'review'));
      const { body } = await http.get(`/audit-log?subject=${subject}`).expect(200);
      expect(body.map(({ action }: { action: string }) => action).reverse()).toEqual([
        'review.submitted',
        'review.withdrawn',
        'review.submitted',
        'review.rejected',
        'review.submitted',
        'review.accepted',
        'review.reopened',
      ]);
    });

    const STATES = ['new', 'annotated', 'in_review', 'accepted', 'rejected'];
    it.each([
      ['annotated', [], ['in_review']],
      ['in_review', ['in_review'], ['annotated', 'accepted', 'rejected']],
      ['accepted', ['in_review', 'accepted'], ['in_review']],
      ['rejected', ['in_review', 'rejected'], ['in_review']],
    ])('from %s leads nowhere but where it may: 409', async (state, way, next) => {
      const image = await anImageThatBecame(...way);
      for (const other of STATES.filter((name) => !next.includes(name))) {
        const answer = await expectNoChange(service, () => put(image, other));
        expectProblem(answer, 409, 'impossible-review-step');
        expect(answer.body).toMatchObject({ review_state: state, next_states: next });
        expect(answer.body.detail).toContain(state);
      }
    });

    it('withdraws an image without annotations to new, and accepts one: there is nothing to see', async () => {
      const image = await anImage(http);
      await put(image, 'in_review').expect(200);
      expectProblem(await put(image, 'annotated'), 409, 'impossible-review-step');
      await put(image, 'new').expect(200);
      await put(image, 'in_review').expect(200);
      await put(image, 'accepted').expect(200);
      expect(await stateOf(image)).toBe('accepted');
    });

    it('answers 412 when the image or its annotations changed since they were read', async () => {
      const image = await anImage(http, ANNOTATED);
      const etag = await etagOf(http, pathTo(image, 'review'));
      await anAnnotation(http, {}, image);

      const stale = await expectNoChange(service, () =>
        put(image, 'in_review').set('If-Match', etag),
      );
      expectProblem(stale, 412, 'image-changed');
      expect(stale.body.current_etag).toBe(await etagOf(http, pathTo(image)));
      await put(image, 'in_review').set('If-Match', stale.body.current_etag).expect(200);
    });

    it('refuses what is no state or no note, and an image in the trash', async () => {
      const image = await anImage(http);
      const malformed: [Fields, string][] = [
        [{}, '#/review_state'],
        [{ review_state: 'done' }, '#/review_state'],
        [{ review_state: 'in_review', note: '' }, '#/note'],
        [{ review_state: 'in_review', note: ' \n' }, '#/note'],
        [{ review_state: 'in_review', note: 'a'.repeat(4_001) }, '#/note'],
        [{ review_state: 'in_review', note: 'a\u0000' }, '#/note'],
        [{ review_state: 'in_review', by: 'me' }, '#/by'],
      ];
      for (const [body, pointer] of malformed) {
        const answer = await expectNoChange(service, () =>
          http.put(pathTo(image, 'review')).send(body),
        );
        expectProblem(answer, 400, 'invalid-request', [pointer]);
      }
      await http.delete(pathTo(image)).expect(204);
      for (const answer of [
        await put(image, 'in_review'),
        await put(image, 'nonsense'),
        await http.get(pathTo(image, 'review')),
      ])
        expectProblem(answer, 404, 'image-not-found');
    });

    it('lets one of two through who decide at the same time', async () => {
      const image = await anImageThatBecame('in_review');
      const answers = await Promise.all([put(image, 'accepted'), put(image, 'rejected')]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      const { body } = await http.get(pathTo(image, 'review')).expect(200);
      expect(body.steps).toHaveLength(2);
    });

    it('asks for If-Match where the service does', async () => {
      const strict = await startApp({ requireIfMatch: true });
      try {
        const image = await anImage(strict.http);
        const path = pathTo(image, 'review');
        const without = await strict.http.put(path).send({ review_state: 'nonsense' });
        expectProblem(without, 428, 'precondition-required');
        const etag = await etagOf(strict.http, path);
        const change = strict.http.put(path).set('If-Match', etag);
        await change.send({ review_state: 'in_review' }).expect(200);
      } finally {
        await strict.close();
      }
    });
  });

  describe('a decision', () => {
    const CHANGES: [string, (image: Image) => PromiseLike<Response>, string][] = [
      [
        'an added annotation',
        (image) => http.post(pathTo(image, 'annotations')).send(annotationFields()),
        'annotated',
      ],
      [
        'a replaced annotation',
        (image) =>
          http.put(pathTo(image, 'annotations', 0)).send(annotationFields({ instrument: 'clamp' })),
        'annotated',
      ],
      ['the last annotation going', (image) => http.delete(pathTo(image, 'annotations', 0)), 'new'],
      [
        'another set of annotations',
        (image) => http.put(pathTo(image, 'annotations')).send({ annotations: [] }),
        'new',
      ],
      [
        'another picture',
        async (image) =>
          http
            .put(pathTo(image, 'file'))
            .type('image/png')
            .send(await drawPicture({ format: 'png', width: 64, height: 48 })),
        'annotated',
      ],
    ];

    it.each(['accepted', 'rejected'])('that %s is taken back by a change', async (decision) => {
      for (const [name, change, after] of CHANGES) {
        const image = await anImageThatBecame('in_review', decision);
        const version = Number((await http.get(pathTo(image)).expect(200)).body.version);
        expect((await change(image)).status).toBeLessThan(300);

        const { body } = await http.get(pathTo(image)).expect(200);
        const seen = { name, review_state: body.review_state, version: body.version };
        expect(seen).toEqual({ name, review_state: after, version: version + 1 });
        const { steps } = (await http.get(pathTo(image, 'review')).expect(200)).body;
        expect(steps[0]).toMatchObject({ from: decision, to: after, note: null });
        expect(steps).toHaveLength(3);
      }
    });

    it('stays when nothing that was looked at changes', async () => {
      const image = await anImageThatBecame('in_review', 'accepted');
      const set = (await http.get(pathTo(image, 'annotations')).expect(200)).body;
      const same = { ...annotationFields(), index: set[0].index };
      await http
        .put(pathTo(image, 'annotations'))
        .send({ annotations: [same] })
        .expect(200);
      await http.patch(pathTo(image)).send({ ml_tag: 'TEST' }).expect(200);
      await http.delete(pathTo(image)).expect(204);
      await http.post(pathTo(image, 'restore')).expect(200);
      expect(await stateOf(image)).toBe('accepted');
    });

    it('stays when the label of an annotation is renamed or merged', async () => {
      const [from, to, last] = [unique('label'), unique('label'), unique('label')];
      const image = await anImage(http, {
        annotations: [annotationFields({ instrument: from }), annotationFields({ instrument: to })],
      });
      await put(image, 'in_review').expect(200);
      await put(image, 'accepted').expect(200);
      await http.patch(`/instruments/${from}`).send({ name: to, merge: true }).expect(200);
      await http.patch(`/instruments/${to}`).send({ name: last }).expect(200);
      const { body } = await http.get(pathTo(image)).expect(200);
      expect(body.annotations.map(({ instrument }: Fields) => instrument)).toEqual([last, last]);
      expect(body.review_state).toBe('accepted');
    });

    it('is not needed by a reviewer who mends what is in review', async () => {
      const image = await anImageThatBecame('in_review');
      await anAnnotation(http, {}, image);
      expect(await stateOf(image)).toBe('in_review');
    });
  });

  it('goes with its image when that is purged', async () => {
    const image = await anImageThatBecame('in_review', 'accepted');
    const steps = () =>
      service.dataSource.query<{ n: number }[]>(
        'SELECT count(*)::int AS n FROM review_transitions',
      );
    const [{ n } = { n: 0 }] = await steps();
    await http.delete(`${pathTo(image)}?purge=true`).expect(204);
    expect(await steps()).toEqual([{ n: n - 2 }]);
  });

  describe('GET /images', () => {
    const client_id = 'reviewed';
    const keys: Record<string, string> = {};

    beforeAll(async () => {
      const create = async (state: string, fields: Fields, ...way: string[]) => {
        const image = await anImage(http, { client_id, image_key: `list/${state}`, ...fields });
        for (const step of way) await put(image, step).expect(200);
        keys[state] = image.image_key;
      };
      await create('new', {});
      await create('annotated', ANNOTATED);
      await create('in_review', {}, 'in_review');
      await create('accepted', ANNOTATED, 'in_review', 'accepted');
      await create('rejected', {}, 'in_review', 'rejected');
    });

    it.each([
      ['review_state=new', ['new']],
      ['review_state=annotated', ['annotated']],
      ['review_state=in_review', ['in_review']],
      ['review_state=accepted', ['accepted']],
      ['review_state=rejected', ['rejected']],
      ['review_state=new&review_state=rejected', ['new', 'rejected']],
      ['reviewed=true', ['accepted', 'rejected']],
      ['reviewed=false', ['annotated', 'in_review', 'new']],
      ['reviewed=true&review_state=accepted&review_state=new', ['accepted']],
    ])('with %s lists just these', async (filter, states) => {
      const path = `/images?client_id=${client_id}&sort=image_key&count=exact&${filter}`;
      const { body, headers } = await http.get(path).expect(200);
      expect(body.map(({ image_key }: Image) => image_key)).toEqual(
        states.map((state) => keys[state]),
      );
      expect(headers['x-total-count']).toBe(String(states.length));
      for (const image of body) expect(keys[image.review_state]).toBe(image.image_key);
    });

    it('counts labels in the images of a state', async () => {
      const path = `/instruments?client_id=${client_id}&review_state=accepted`;
      const { body } = await http.get(path).expect(200);
      expect(body).toMatchObject([{ name: 'needle holder', annotation_count: 1, image_count: 1 }]);
    });

    it('refuses a state that there is not', async () => {
      const answer = await http.get('/images?review_state=done&reviewed=perhaps');
      expectProblem(answer, 400, 'invalid-request', ['review_state', 'reviewed']);
    });
  });
});

describe('with AUTH=on, the review of images', () => {
  let service: TestApp;
  let admin: Http;
  let ada: Http;
  let bob: Http;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    const as = async (name: string, role: 'admin' | 'annotator') =>
      service.httpWith(withKey(await aKey(service, { name, role })));
    [admin, ada, bob] = [
      await as('admin', 'admin'),
      await as('ada', 'annotator'),
      await as('bob', 'annotator'),
    ];
  });
  afterAll(() => service.close());

  const put = (http: Http, image: Image, review_state: string) =>
    http.put(pathTo(image, 'review')).send({ review_state });

  it.each(['accepted', 'rejected'])(
    'is not %s by who submitted the image: 403',
    async (decision) => {
      const image = await anImage(admin, ANNOTATED);
      await put(ada, image, 'in_review').expect(200);
      const own = await expectNoChange(service, () => put(ada, image, decision));
      expectProblem(own, 403, 'own-submission');

      const { body } = await put(bob, image, decision).expect(200);
      expect(body.changed_by).toBe('api-key:bob');
      expect(body.steps.map(({ by }: { by: string }) => by)).toEqual([
        'api-key:bob',
        'api-key:ada',
      ]);
    },
  );

  it('looks at who submitted the image last', async () => {
    const image = await anImage(admin, ANNOTATED);
    await put(ada, image, 'in_review').expect(200);
    await put(bob, image, 'rejected').expect(200);
    await put(bob, image, 'in_review').expect(200);
    expectProblem(await put(bob, image, 'accepted'), 403, 'own-submission');
    await put(ada, image, 'accepted').expect(200);
  });

  it('lets an admin decide about a submission of his own', async () => {
    const image = await anImage(admin);
    await put(admin, image, 'in_review').expect(200);
    await put(admin, image, 'accepted').expect(200);
  });

  it('is reopened by an admin only, and who submitted the image still does not decide', async () => {
    const image = await anImage(admin);
    await put(ada, image, 'in_review').expect(200);
    await put(bob, image, 'accepted').expect(200);
    const refused = await expectNoChange(service, () => put(bob, image, 'in_review'));
    expectProblem(refused, 403, 'role-missing');
    await put(admin, image, 'in_review').expect(200);
    expectProblem(await put(ada, image, 'rejected'), 403, 'own-submission');
    await put(bob, image, 'rejected').expect(200);
  });

  it('names who changed what was decided about', async () => {
    const image = await anImage(admin, ANNOTATED);
    await put(ada, image, 'in_review').expect(200);
    await put(bob, image, 'accepted').expect(200);
    await ada.delete(pathTo(image, 'annotations', 0)).expect(204);
    const { body } = await bob.get(pathTo(image, 'review')).expect(200);
    expect(body).toMatchObject({ review_state: 'new', changed_by: 'api-key:ada' });
  });
});
