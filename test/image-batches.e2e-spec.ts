import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { aKey, withKey } from './helpers/credentials.js';
import { drawPicture } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  aLocation,
  anImage,
  annotationFields,
  aPolygon,
  aTrashedImage,
  at,
  aUser,
  type Fields,
  imageFields,
  pathTo,
  unique,
} from './helpers/records.js';
import { expectNoChange } from './helpers/service-state.js';
import { statementsOf } from './helpers/statements.js';

interface Result {
  status: number;
  image_key: string | null;
  location: string | null;
  etag: string | null;
  problem: {
    type: string;
    status: number;
    detail: string;
    errors?: { pointer: string; detail: string }[];
  } | null;
}

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

const post = (images: unknown[], more: Fields = {}, by = http) =>
  by.post('/images/batch').send({ images, ...more });

async function made(images: unknown[], more: Fields = {}, by = http): Promise<Result[]> {
  const { body } = await post(images, more, by).expect(200);
  return (body as { results: Result[] }).results;
}

const codeOf = ({ problem }: Result) => problem?.type.replace('/problems/', '') ?? null;
const outcomesOf = (results: Result[]) =>
  results.map((result) => `${result.status} ${codeOf(result) ?? ''}`.trim());

const CROSSED = aPolygon(at('0,0 10,10 10,0 0,10'));

describe('POST /images/batch', () => {
  it('makes every image as POST /images would, and says in order where they are', async () => {
    const user = await aUser(http);
    const location = await aLocation(http);
    const fields = (instrument: string) =>
      imageFields({
        user_id: user.id,
        location_id: location.id,
        hardware_id: 'Canon EOS R5',
        ml_tag: 'TRAIN',
        annotations: [
          annotationFields({ instrument, index: 3, confidence: 0.25, source: 'model' }),
          annotationFields({ instrument: 'tray', polygon: null, attributes: { clean: true } }),
        ],
      });
    const [first, second] = [fields('scalpel'), fields('clamp')];
    const bare = imageFields({ annotations: undefined });
    const single = imageFields({ ...first, image_key: unique('single') });
    await http.post('/images').send(single).expect(201);

    const results = await made([first, second, bare]);

    expect(results.map(({ status, image_key, problem }) => [status, image_key, problem])).toEqual(
      [first, second, bare].map(({ image_key }) => [201, image_key, null]),
    );
    const answers = await Promise.all(results.map(({ location: to }) => http.get(to!)));
    expect(answers.map(({ headers }) => headers.etag)).toEqual(results.map(({ etag }) => etag));
    const likeSingle = (await http.get(pathTo(single as { image_key: string }))).body;
    expect(timeless(answers[0]!.body)).toEqual(
      timeless(
        JSON.parse(
          JSON.stringify(likeSingle).replaceAll(String(single.image_key), String(first.image_key)),
        ),
      ),
    );
    expect(answers[1]!.body.annotations).toMatchObject([
      { index: 3, instrument: 'clamp', version: 1 },
      { index: 4, instrument: 'tray', attributes: { clean: true } },
    ]);
    expect(answers[2]!.body).toMatchObject({ annotations: [], file: null, version: 1 });
  });

  it('keeps the history, the next index and the audit log of each, like a single one', async () => {
    const image = imageFields({ annotations: [annotationFields({ index: 7 })] });

    const [{ location, etag }] = (await made([image])) as [Result];

    const history = await http.get(`${location}/annotations/7/history`).expect(200);
    expect(history.body).toMatchObject([{ version: 1, change: 'created' }]);
    const added = await http.post(`${location}/annotations`).send(annotationFields()).expect(201);
    expect(added.body.index).toBe(8);
    await http.patch(location!).set('If-Match', etag!).send({ ml_tag: 'LIVE' }).expect(412);
    const subject = encodeURIComponent(location!);
    const log = await http.get(`/audit-log?action=image.created&subject=${subject}`).expect(200);
    expect(log.body).toMatchObject([{ action: 'image.created', client_id: 'st-james' }]);
  });

  it('counts the renames of a label in the entity tag', async () => {
    const instrument = unique('label');
    await anImage(http, { annotations: [annotationFields({ instrument })] });
    const renamed = unique('renamed');
    await http.patch(`/instruments/${instrument}`).send({ name: renamed }).expect(200);

    const [result] = (await made([
      imageFields({ annotations: [annotationFields({ instrument: renamed })] }),
    ])) as [Result];

    expect(result.etag).toBe('"1.1.1"');
    expect((await http.get(result.location!)).headers.etag).toBe(result.etag);
  });

  it('takes the file of each afterwards', async () => {
    const [{ location }] = (await made([imageFields({ annotations: undefined })])) as [Result];
    const file = await drawPicture({ format: 'jpeg', width: 64, height: 48 });

    await http.put(`${location}/file`).type('image/jpeg').send(file).expect(201);

    expect((await http.get(location!)).body.file).toMatchObject({ width: 64, height: 48 });
  });

  it('makes keys for those that have none, each its own', async () => {
    const image = imageFields({ image_key: undefined });

    const results = await made([image, image]);

    expect(outcomesOf(results)).toEqual(['201', '201']);
    expect(new Set(results.map(({ image_key }) => image_key)).size).toBe(2);
  });

  it('refuses each by itself, with the problem a single one would be, and makes the others', async () => {
    const trashed = await aTrashedImage(http);
    const taken = await anImage(http);
    const equal = imageFields();
    await anImage(http, equal);
    const good = imageFields();
    const images = [
      imageFields({ created_at: 'yesterday', colour: 'red' }),
      'not an object',
      imageFields({ image_key: 'a\u0000b' }),
      imageFields({ user_id: 'nobody', location_id: 'nowhere' }),
      imageFields({ annotations: [annotationFields(), annotationFields({ polygon: CROSSED })] }),
      imageFields({
        annotations: [{ index: 2_147_483_647, instrument: 'a' }, { instrument: 'b' }],
      }),
      imageFields({ image_key: trashed.image_key }),
      imageFields({ image_key: taken.image_key, ml_tag: 'TEST' }),
      equal,
      good,
    ];

    const results = await made(images);

    expect(outcomesOf(results)).toEqual([
      '400 invalid-request',
      '400 invalid-request',
      '400 invalid-request',
      '422 unknown-reference',
      '422 impossible-geometry',
      '409 no-next-index',
      '409 image-in-trash',
      '409 image-exists',
      '200',
      '201',
    ]);
    const pointers = results.map(({ problem }) => problem?.errors?.map(({ pointer }) => pointer));
    expect(pointers.slice(0, 6)).toEqual([
      expect.arrayContaining(['#/images/0/created_at', '#/images/0/colour']),
      ['#/images/1'],
      ['#/images/2/image_key'],
      ['#/images/3/user_id', '#/images/3/location_id'],
      ['#/images/4/annotations/1/polygon/points', '#/images/4/annotations/1/polygon/points/2'],
      undefined,
    ]);
    await http.get(pathTo(good as { image_key: string })).expect(200);
  });

  it('takes keys in order: an equal second is a repetition, any other is refused', async () => {
    const image = imageFields();
    const faulty = { ...image, user_id: 'nobody' };

    const results = await made([faulty, image, image, { ...image, ml_tag: 'TEST' }, faulty]);

    expect(outcomesOf(results)).toEqual([
      '422 unknown-reference',
      '201',
      '200',
      '409 image-exists',
      '409 image-exists',
    ]);
  });

  it('is a repetition of a single request, and a single request one of it', async () => {
    const [one, two] = [imageFields({ annotations: [annotationFields()] }), imageFields()];
    await http.post('/images').send(one).expect(201);
    expect(outcomesOf(await made([one, two]))).toEqual(['200', '201']);
    await http.post('/images').send(two).expect(200);
  });

  it('is not at the address of an image called batch', async () => {
    await http.get('/images/batch').expect(404);
    const image = await anImage(http, { image_key: 'batch' });

    const { body } = await http.get('/images/batch').expect(200);

    expect(body).toEqual(image);
    expect(outcomesOf(await made([imageFields()]))).toEqual(['201']);
    await http.patch('/images/batch').send({ ml_tag: 'LIVE' }).expect(200);
    await http.delete('/images/batch').expect(204);
  });

  it('makes two hundred with about as many statements as two', async () => {
    const user = await aUser(http);
    const batch = (length: number) =>
      Array.from({ length }, (_, place) =>
        imageFields({
          user_id: user.id,
          annotations: [
            annotationFields({ instrument: `label-${place % 20}` }),
            annotationFields(),
          ],
        }),
      );
    await made(batch(20));

    const few = await statementsOf(() => made(batch(2)));
    const many = await statementsOf(() => made(batch(200)));

    expect(many.length).toBe(few.length);
  });

  it('lets two batches of the same keys in opposite orders make each image once', async () => {
    const images = Array.from({ length: 100 }, () =>
      imageFields({ annotations: [annotationFields()] }),
    );

    const [forth, back] = await Promise.all([made(images), made([...images].reverse())]);

    const times = images.map((_, place) => [forth[place]!.status, back.at(-1 - place)!.status]);
    expect(times.map((pair) => pair.sort())).toEqual(images.map(() => [200, 201]));
  });
});

describe('POST /images/batch with atomic', () => {
  it.each<[string, Fields[], string]>([
    ['the image', [{ ml_tag: 'A' }], '#/images/0/ml_tag: '],
    ['1 of the 2 images', [{}, { ml_tag: 'A' }], '#/images/1/ml_tag: '],
    ['2 of the 3 images', [{}, { user_id: 1 }, { ml_tag: 'A' }], '#/images/1/user_id: '],
  ])('says that %s cannot be stored, and why', async (which, fields, why) => {
    const images = fields.map((some) => imageFields(some));
    const { body } = await post(images, { atomic: true });
    expect(body.detail).toContain(`Nothing is stored, because ${which} cannot be: ${why}`);

    const results = await made(images);
    const problems = results.flatMap(({ problem }) => problem?.detail ?? []);
    expect(problems[0]).toMatch(new RegExp(`^${why}`));
  });

  it('makes all where nothing is wrong', async () => {
    const results = await made([imageFields(), imageFields()], { atomic: true });
    expect(outcomesOf(results)).toEqual(['201', '201']);
  });

  it('stores nothing when formats are wrong, and names every place', async () => {
    const images = [imageFields(), imageFields({ ml_tag: 'A' }), imageFields({ client_id: 7 })];

    const answer = await expectNoChange(service, () => post(images, { atomic: true }));

    expectProblem(answer, 400, 'invalid-request', ['#/images/1/ml_tag', '#/images/2/client_id']);
  });

  it('stores nothing when something is impossible, and names every place', async () => {
    const images = [
      imageFields({ annotations: [annotationFields({ instrument: unique('never') })] }),
      imageFields({ user_id: 'nobody' }),
      imageFields({ annotations: [annotationFields({ polygon: CROSSED })] }),
      imageFields({ location_id: 'nowhere' }),
    ];

    const answer = await expectNoChange(service, () => post(images, { atomic: true }));

    expectProblem(answer, 422, 'unknown-reference', [
      '#/images/1/user_id',
      '#/images/2/annotations/0/polygon/points',
      '#/images/2/annotations/0/polygon/points/2',
      '#/images/3/location_id',
    ]);
  });

  it('stores nothing when a key is taken: a conflict comes before what is impossible', async () => {
    const taken = await anImage(http);
    const trashed = await aTrashedImage(http);
    const images = [
      imageFields({ user_id: 'nobody' }),
      imageFields({ image_key: taken.image_key, ml_tag: 'TEST' }),
      imageFields({ image_key: trashed.image_key }),
      imageFields(),
    ];

    const answer = await expectNoChange(service, () => post(images, { atomic: true }));

    expectProblem(answer, 409, 'image-exists', [
      '#/images/0/user_id',
      '#/images/1/image_key',
      '#/images/2/image_key',
    ]);
  });
});

describe('a batch as a whole', () => {
  it.each([
    [{}, '#/images'],
    [{ images: [] }, '#/images'],
    [{ images: 'a' }, '#/images'],
    [{ images: [imageFields()], atomic: 'yes' }, '#/atomic'],
    [{ images: [imageFields()], more: 1 }, '#/more'],
    [[], '#'],
  ])('is refused when it is %j', async (body, pointer) => {
    const answer = await expectNoChange(service, () => http.post('/images/batch').send(body));
    expectProblem(answer, 400, 'invalid-request', [pointer]);
  });

  it('is refused when it holds more images than the limit', async () => {
    const images = Array.from({ length: 501 }, () => imageFields());
    const answer = await expectNoChange(service, () => post(images));
    expectProblem(answer, 400, 'invalid-request', ['#/images']);
    expect(answer.body.errors[0].detail).toBe('must hold 1 to 500 images');
  });

  it('is refused when it is not JSON, or too large', async () => {
    const malformed = await http.post('/images/batch').type('json').send('{"images": [');
    expectProblem(malformed, 400, 'malformed-json');
    const form = await http.post('/images/batch').type('text').send('a');
    expectProblem(form, 415, 'unsupported-media-type');
    const large = await http.post('/images/batch').send({ images: ['a'.repeat(16_000_001)] });
    expectProblem(large, 413, 'body-too-large');
  });

  it('may be larger than one resource', async () => {
    const points = Array.from({ length: 10_000 }, (_, place) => {
      const angle = (place / 10_000) * 2 * Math.PI;
      return [500 + 400 * Math.cos(angle), 500 + 400 * Math.sin(angle)];
    });
    const images = Array.from({ length: 8 }, () =>
      imageFields({ annotations: [annotationFields({ polygon: { points } })] }),
    );
    expect(JSON.stringify(images).length).toBeGreaterThan(2_000_000);

    const results = await made(images);

    expect(outcomesOf(results)).toEqual(images.map(() => '201'));
    const { body } = await http.get(results[7]!.location!);
    expect(body.annotations[0].polygon.points).toEqual(points);
  });
});

describe('a batch with an Idempotency-Key', () => {
  it('has the same outcomes again, with the same keys, and makes nothing', async () => {
    const key = unique('key');
    const images = [
      imageFields({ image_key: undefined }),
      imageFields({ user_id: 'nobody-yet' }),
      imageFields({ ml_tag: 'A' }),
    ];
    const send = () => post(images).set('Idempotency-Key', key).expect(200);
    const first = ((await send()).body as { results: Result[] }).results;
    await aUser(http, { id: 'nobody-yet' });

    const again = await expectNoChange(service, send);

    const results = (again.body as { results: Result[] }).results;
    expect(outcomesOf(first)).toEqual(['201', '422 unknown-reference', '400 invalid-request']);
    expect(outcomesOf(results)).toEqual(['200', '422 unknown-reference', '400 invalid-request']);
    expect(results.map(({ image_key }) => image_key)).toEqual(
      first.map(({ image_key }) => image_key),
    );
    expect(results[1]!.problem!.errors).toEqual(first[1]!.problem!.errors);
  });

  it('shows images as they are when it is repeated, and does not make again what was purged', async () => {
    const key = unique('key');
    const images = [imageFields(), imageFields(), imageFields()] as { image_key: string }[];
    await post(images).set('Idempotency-Key', key).expect(200);
    await http.patch(pathTo(images[0]!)).send({ ml_tag: 'LIVE' }).expect(200);
    await http.delete(`${pathTo(images[1]!)}?purge=true`).expect(204);
    await http.delete(pathTo(images[2]!)).expect(204);

    const { body } = await post(images).set('Idempotency-Key', key).expect(200);

    const results = (body as { results: Result[] }).results;
    expect(outcomesOf(results)).toEqual(['200', '404 image-not-found', '409 image-in-trash']);
    expect(results[0]!.etag).toBe('"2.0"');
  });

  it('is refused for another batch', async () => {
    const key = unique('key');
    await post([imageFields()]).set('Idempotency-Key', key).expect(200);
    const answer = await post([imageFields()]).set('Idempotency-Key', key);
    expectProblem(answer, 422, 'idempotency-key-reused');
  });

  it('forgets a batch of all or nothing that was refused', async () => {
    const key = unique('key');
    const id = unique('late');
    const send = () =>
      post([imageFields({ image_key: id, user_id: id })], { atomic: true }).set(
        'Idempotency-Key',
        key,
      );
    await send().expect(422);
    await aUser(http, { id });
    await send().expect(200);
  });
});

describe('a batch of a closed vocabulary', () => {
  it('names the labels that are not in it', async () => {
    const closed = await startApp({ instruments: 'closed' });
    try {
      await closed.http.post('/instruments').send({ name: 'scalpel' }).expect(201);
      const images = [
        imageFields({ annotations: [annotationFields({ instrument: 'scalpel' })] }),
        imageFields({ annotations: [annotationFields({ instrument: 'spoon' })] }),
      ];

      const results = await made(images, {}, closed.http);

      expect(outcomesOf(results)).toEqual(['201', '422 unknown-instrument']);
      expect(results[1]!.problem!.errors![0]!.pointer).toBe('#/images/1/annotations/0/instrument');
      const answer = await post(images.slice(1), { atomic: true }, closed.http);
      expectProblem(answer, 422, 'unknown-instrument', ['#/images/0/annotations/0/instrument']);
    } finally {
      await closed.close();
    }
  });
});

describe('a caller who is bound to a client', () => {
  it('makes images of that one alone, and learns nothing of others', async () => {
    const guarded = await startApp({ auth: 'on' });
    try {
      const as = async (clientIds: string[] | null, role: 'capturer' | 'annotator' = 'capturer') =>
        guarded.httpWith(withKey(await aKey(guarded, { role, clientIds })));
      const [ours, theirs] = [await as(['ours']), await as(['theirs'])];
      await made([imageFields({ image_key: 'k', client_id: 'theirs' })], {}, theirs);
      const images = [
        imageFields({ client_id: 'ours' }),
        imageFields({ client_id: 'theirs' }),
        imageFields({ client_id: 'ours', image_key: 'k' }),
      ];

      const results = await made(images, {}, ours);

      expect(outcomesOf(results)).toEqual(['201', '403 client-forbidden', '409 image-exists']);
      const answer = await expectNoChange(guarded, () => post(images, { atomic: true }, ours));
      expectProblem(answer, 403, 'client-forbidden', ['#/images/1/client_id']);
      expectProblem(await post(images, {}, await as(null, 'annotator')), 403, 'role-missing');
      expectProblem(await post(images, {}, guarded.http), 401, 'credential-required');
    } finally {
      await guarded.close();
    }
  });
});

/** An image without the times at which it and its annotations were made. */
function timeless(image: Fields): unknown {
  const times = ['received_at', 'updated_at'];
  const marks = (image.annotations as Fields[]).map((mark) => ({ ...mark, created_at: '' }));
  return JSON.parse(
    JSON.stringify({ ...image, annotations: marks }, (name, value: unknown) =>
      times.includes(name) ? undefined : value,
    ),
  );
}
