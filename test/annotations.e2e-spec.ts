import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import {
  at,
  aBox,
  anAnnotation,
  anImage,
  annotationFields,
  aPolygon,
  etagOf,
  type Fields,
  NO_GEOMETRY,
  pathTo,
} from './helpers/records.js';

const INSTANT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
const HIGHEST_INDEX = 2_147_483_647;

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('POST /images/{image_key}/annotations', () => {
  it('brings attributes to NFC, and answers 400 when two names become one', async () => {
    const image = await anImage(http);
    const add = (attributes: Fields) =>
      http.post(pathTo(image, 'annotations')).send(annotationFields({ attributes }));

    const stored = await add({ 'e\u0301tat': 'use\u0301' });

    expect(stored.body.attributes).toEqual({ '\u00e9tat': 'us\u00e9' });
    expectProblem(await add({ 'e\u0301': 1, '\u00e9': 2 }), 400, 'invalid-request');
  });

  it('stores the annotation and answers it whole, with its address and entity tag', async () => {
    const image = await anImage(http, { image_key: 'tray 7/front' });

    const answer = await http.post(pathTo(image, 'annotations')).send({
      instrument: 'scalpel',
      polygon: aPolygon(at('0,0 10,0 10,5 0,5')),
      attributes: { condition: 'clean', occluded: false, depth: -1.5e-300 },
      source: 'model',
      confidence: 0.93,
    });

    expect(answer.status).toBe(201);
    expect(answer.headers).toMatchObject({
      location: '/images/tray%207%2Ffront/annotations/0',
      etag: '"1"',
    });
    expect(answer.body).toEqual({
      image_key: 'tray 7/front',
      index: 0,
      instrument: 'scalpel',
      ...NO_GEOMETRY,
      polygon: { points: at('0,0 10,0 10,5 0,5') },
      attributes: { condition: 'clean', occluded: false, depth: -1.5e-300 },
      source: 'model',
      confidence: 0.93,
      bbox: [0, 0, 10, 5],
      area: 50,
      centroid: [5, 2.5],
      created_at: INSTANT,
      updated_at: answer.body.created_at,
      created_by: null,
      updated_by: null,
      version: 1,
    });
    expect((await http.get(answer.headers.location!)).body).toEqual(answer.body);
    expect((await http.get(pathTo(image, 'annotations'))).body).toEqual([answer.body]);
  });

  it.each<[string, Fields]>([
    ['left out', {}],
    ['null', { polygon: null, confidence: null }],
  ])('has the defaults for what is %s', async (_, fields) => {
    const image = await anImage(http);

    const answer = await http
      .post(pathTo(image, 'annotations'))
      .send({ instrument: 'scalpel', ...fields });

    expect(answer.body).toMatchObject({
      index: 0,
      ...NO_GEOMETRY,
      attributes: {},
      source: 'human',
      confidence: null,
      bbox: null,
      area: null,
      centroid: null,
    });
  });

  it.each<[string, [number, number][], number[], number]>([
    ['a box', at('40,30 10,10'), [10, 10, 30, 20], 600],
    ['a box from bottom left', at('10,30 40,10'), [10, 10, 30, 20], 600],
    ['a triangle', at('10,10 40,10 10,30'), [10, 10, 30, 20], 300],
    ['a ring the other way round', at('10,30 40,10 10,10'), [10, 10, 30, 20], 300],
    ['a ring with a closing point', at('0,0 4,0 4,4 0,4 0,0'), [0, 0, 4, 4], 16],
    ['a hollow', at('0,0 4,0 2,1 4,4 0,4'), [0, 0, 4, 4], 12],
    ['fractions', at('0.5,0.25 1.5,0.25 1.5,2.25'), [0.5, 0.25, 1, 2], 1],
  ])('keeps the points of %s as sent, and measures them', async (_, points, bbox, area) => {
    const annotation = await anAnnotation(http, { polygon: aPolygon(points) });

    expect(annotation).toMatchObject({ polygon: { points }, bbox, area });
  });

  it('gives the highest index ever used plus one', async () => {
    const image = await anImage(http);
    const add = async (fields: Fields = {}) => (await anAnnotation(http, fields, image)).index;

    expect(await add()).toBe(0);
    expect(await add()).toBe(1);
    expect(await add({ index: 7 })).toBe(7);
    expect(await add({ index: 3 })).toBe(3);
    expect(await add()).toBe(8);
    await http.delete(pathTo(image, 'annotations', 8)).expect(204);
    expect(await add()).toBe(9);
  });

  it('answers 409 to an index that is taken', async () => {
    const annotation = await anAnnotation(http);

    const answer = await http
      .post(pathTo({ image_key: annotation.image_key }, 'annotations'))
      .send(annotationFields({ index: 0, instrument: 'other' }));

    expectProblem(answer, 409, 'annotation-exists');
    expect((await http.get(pathTo(annotation))).body).toEqual(annotation);
  });

  it('takes the index of a deleted annotation by name, and its versions go on', async () => {
    const image = await anImage(http);
    const annotation = await anAnnotation(http, { attributes: { old: true } }, image);
    await http.put(pathTo(annotation)).send(annotationFields()).expect(200);
    await http.delete(pathTo(annotation)).expect(204);

    const again = await anAnnotation(http, { index: 0, instrument: 'clamp' }, image);

    expect(again).toMatchObject({ index: 0, instrument: 'clamp', attributes: {} });
    expect(again.version).toBeGreaterThan(2);
    expect(await etagOf(http, pathTo(again))).toBe(`"${again.version}"`);
  });

  it('has no next index behind the highest there is, but takes a free one by name', async () => {
    const image = await anImage(http);
    await anAnnotation(http, { index: HIGHEST_INDEX }, image);

    const answer = await http.post(pathTo(image, 'annotations')).send(annotationFields());

    expectProblem(answer, 409, 'no-next-index');
    expect((await anAnnotation(http, { index: 5 }, image)).index).toBe(5);
  });

  it('answers 409 to the 2,001st annotation, until one is deleted', async () => {
    const annotations = Array.from({ length: 2_000 }, () => ({ instrument: 'a' }));
    const image = await anImage(http, { annotations });

    const answer = await http.post(pathTo(image, 'annotations')).send({ instrument: 'b' });

    expectProblem(answer, 409, 'too-many-annotations');
    await http.delete(pathTo(image, 'annotations', 1_000)).expect(204);
    expect((await anAnnotation(http, {}, image)).index).toBe(2_000);
  });

  it.each<[string, Fields, string[]]>([
    ['no label', { instrument: undefined }, ['#/instrument']],
    ['an empty label', { instrument: '' }, ['#/instrument']],
    ['a label of 256 characters', { instrument: 'x'.repeat(256) }, ['#/instrument']],
    ['a label with a NUL', { instrument: 'a\0' }, ['#/instrument']],
    ['a label with a space behind', { instrument: 'a ' }, ['#/instrument']],
    ['an index below 0', { index: -1 }, ['#/index']],
    ['an index beyond an integer', { index: HIGHEST_INDEX + 1 }, ['#/index']],
    ['half an index', { index: 0.5 }, ['#/index']],
    ['an index in text', { index: '0' }, ['#/index']],
    ['null for an index', { index: null }, ['#/index']],
    ['an unknown source', { source: 'robot' }, ['#/source']],
    ['null for a source', { source: null }, ['#/source']],
    ['too much confidence', { confidence: 1.000_001 }, ['#/confidence']],
    ['too little confidence', { confidence: -0.000_001 }, ['#/confidence']],
    ['confidence in text', { confidence: '0.5' }, ['#/confidence']],
    ['null for the attributes', { attributes: null }, ['#/attributes']],
    ['a list of attributes', { attributes: ['a'] }, ['#/attributes']],
    [
      'what only the server says',
      { area: 3, bbox: [], version: 1 },
      ['#/area', '#/bbox', '#/version'],
    ],
    [
      'many faults',
      { index: -1, instrument: 7, polygon: 7, confidence: 2, colour: 'red' },
      ['#/index', '#/instrument', '#/polygon', '#/confidence', '#/colour'],
    ],
  ])('refuses %s', async (_, fields, pointers) => {
    const image = await anImage(http);

    const answer = await http.post(pathTo(image, 'annotations')).send(annotationFields(fields));

    expectProblem(answer, 400, 'invalid-request', pointers);
    expect((await http.get(pathTo(image, 'annotations'))).body).toEqual([]);
  });

  it.each([0, HIGHEST_INDEX])('takes the index %d', async (index) => {
    expect((await anAnnotation(http, { index })).index).toBe(index);
  });

  it.each([0, 1, 0.1, 5e-324])('takes the confidence %d', async (confidence) => {
    expect((await anAnnotation(http, { confidence })).confidence).toBe(confidence);
  });

  it.each(['x'.repeat(255), '👩'.repeat(255), 'a/b', '100 % "clean"', 'Schere — groß'])(
    'takes the label %j',
    async (instrument) => {
      expect((await anAnnotation(http, { instrument })).instrument).toBe(instrument);
    },
  );

  it('brings labels to NFC, so that both forms are one instrument', async () => {
    const image = await anImage(http);

    const composed = await anAnnotation(http, { instrument: 'pinc\u00e9' }, image);
    const decomposed = await anAnnotation(http, { instrument: 'pince\u0301' }, image);

    expect(decomposed.instrument).toBe(composed.instrument);
  });

  it('answers 404 where there is no image, also to a body that is wrong', async () => {
    const path = '/images/none/annotations';

    expectProblem(await http.post(path).send(annotationFields()), 404, 'image-not-found');
    expectProblem(await http.post(path).send({ instrument: 7 }), 404, 'image-not-found');
    expectProblem(await http.post(path).type('json').send('{'), 404, 'image-not-found');
  });
});

describe('the attributes of an annotation', () => {
  const thirtyTwo = Object.fromEntries(Array.from({ length: 32 }, (_, n) => [`key ${n}`, n]));

  it.each<[string, Fields]>([
    ['32 of them', thirtyTwo],
    ['text, numbers and booleans', { a: '', b: 0, c: -0.1, d: true, e: false, f: '\u{1f600}' }],
    ['names with any character', { 'a.b/c~d "e"': 1, 'é\n': 2, camelCase: 3, snake_case: 4 }],
    ['numbers exactly', { a: 0.1 + 0.2, b: 9_007_199_254_740_994, c: 1.797e308, d: 5e-324 }],
    ['none', {}],
  ])('may be %s', async (_, attributes) => {
    const annotation = await anAnnotation(http, { attributes });

    expect(annotation.attributes).toEqual(attributes);
    expect((await http.get(pathTo(annotation))).body.attributes).toEqual(attributes);
  });

  it.each<[string, string, string[]]>([
    ['33 of them', JSON.stringify({ ...thirtyTwo, more: 1 }), ['#/attributes']],
    ['an object', '{"a": {}}', ['#/attributes/a']],
    ['a list', '{"a": 1, "b": []}', ['#/attributes/b']],
    ['null', '{"a": null, "b": null}', ['#/attributes/a', '#/attributes/b']],
    ['a number beyond float64', '{"a": 1e400}', ['#/attributes/a']],
    ['a NUL', '{"a": "x\\u0000"}', ['#/attributes/a']],
    ['a lone surrogate', '{"a": "\\ud800"}', ['#/attributes/a']],
    ['a lone surrogate in a name', '{"\\udc00": 1}', ['#/attributes/\udc00']],
    ['a name without characters', '{"": 1}', ['#/attributes/']],
    ['a name that needs escaping', '{"a/b~c": null}', ['#/attributes/a~1b~0c']],
    ['a text that is too long', JSON.stringify({ a: 'x'.repeat(1_001) }), ['#/attributes/a']],
    ['a prototype', '{"__proto__": 1}', ['#/attributes/__proto__']],
    ['a constructor', '{"constructor": 1}', ['#/attributes/constructor']],
  ])('may not be or have %s', async (_, attributes, pointers) => {
    const image = await anImage(http);

    const answer = await http
      .post(pathTo(image, 'annotations'))
      .type('json')
      .send(`{"instrument": "a", "attributes": ${attributes}}`);

    expectProblem(answer, 400, 'invalid-request', pointers);
  });
});

describe('GET of one annotation', () => {
  it.each(['1', '2147483647'])('answers 404 for the index %s, which is not used', async (index) => {
    const { image_key } = await anAnnotation(http);

    const answer = await http.get(pathTo({ image_key }, 'annotations', index));

    expectProblem(answer, 404, 'annotation-not-found');
  });

  it.each([
    '-1',
    '01',
    '1.0',
    '1e0',
    '0x1',
    'one',
    '２',
    '2147483648',
    '99999999999999999999',
    ' 1',
  ])('refuses the index %j', async (index) => {
    const { image_key } = await anAnnotation(http);

    const answer = await http.get(pathTo({ image_key }, 'annotations', index));

    expectProblem(answer, 400, 'invalid-request', ['annotation_index']);
  });

  it('answers 404 where there is no image', async () => {
    expectProblem(await http.get('/images/none/annotations/0'), 404, 'image-not-found');
  });
});

describe('GET /images/{image_key}/annotations', () => {
  it('has all of them by index, and none that is deleted', async () => {
    const image = await anImage(http);
    for (const index of [10, 2, 1, 3]) await anAnnotation(http, { index }, image);
    await http.delete(pathTo(image, 'annotations', 2)).expect(204);

    const { body } = await http.get(pathTo(image, 'annotations'));

    expect(body.map(({ index }: { index: number }) => index)).toEqual([1, 3, 10]);
  });

  it('is empty where there are none', async () => {
    const answer = await http.get(pathTo(await anImage(http), 'annotations'));

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"0"');
    expect(answer.body).toEqual([]);
  });

  it('answers 404 where there is no image', async () => {
    expectProblem(await http.get('/images/none/annotations'), 404, 'image-not-found');
  });
});

describe('PUT /images/{image_key}/annotations/{annotation_index}', () => {
  it('replaces the annotation whole: what is left out has its default again', async () => {
    const annotation = await anAnnotation(http, {
      attributes: { condition: 'clean' },
      source: 'model',
      confidence: 0.5,
    });

    const answer = await http
      .put(pathTo(annotation))
      .send({ instrument: 'clamp', polygon: aBox() });

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"2"');
    expect(answer.body).toEqual({
      ...annotation,
      instrument: 'clamp',
      polygon: aBox(),
      attributes: {},
      source: 'human',
      confidence: null,
      bbox: [10, 10, 30, 20],
      area: 600,
      centroid: [25, 20],
      updated_at: answer.body.updated_at,
      version: 2,
    });
    expect((await http.get(pathTo(annotation))).body).toEqual(answer.body);
  });

  it('needs the polygon: null clears it, leaving it out is refused', async () => {
    const annotation = await anAnnotation(http);

    const without = await http.put(pathTo(annotation)).send({ instrument: 'clamp' });
    expectProblem(without, 400, 'invalid-request', ['#/polygon']);
    expect((await http.get(pathTo(annotation))).body).toEqual(annotation);

    const cleared = await http.put(pathTo(annotation)).send({ instrument: 'clamp', polygon: null });
    expect(cleared.body).toMatchObject({ polygon: null, bbox: null, area: null });
  });

  it('takes an index in the body only if it is that of the path', async () => {
    const annotation = await anAnnotation(http);

    const other = await http.put(pathTo(annotation)).send(annotationFields({ index: 1 }));
    expectProblem(other, 400, 'invalid-request', ['#/index']);

    await http
      .put(pathTo(annotation))
      .send(annotationFields({ index: 0 }))
      .expect(200);
  });

  it('makes no annotation: it answers 404, also to a body that is wrong', async () => {
    const image = await anImage(http);
    const path = pathTo(image, 'annotations', 0);

    expectProblem(await http.put(path).send(annotationFields()), 404, 'annotation-not-found');
    expectProblem(await http.put(path).send({}), 404, 'annotation-not-found');
    const nowhere = await http.put('/images/none/annotations/0').send({});
    expectProblem(nowhere, 404, 'image-not-found');
  });

  it('does not bring a deleted annotation back', async () => {
    const annotation = await anAnnotation(http);
    await http.delete(pathTo(annotation)).expect(204);

    const answer = await http.put(pathTo(annotation)).send(annotationFields());

    expectProblem(answer, 404, 'annotation-not-found');
  });
});

describe('DELETE /images/{image_key}/annotations/{annotation_index}', () => {
  it('removes one annotation and leaves the others', async () => {
    const image = await anImage(http);
    const first = await anAnnotation(http, {}, image);
    const second = await anAnnotation(http, {}, image);

    const answer = await http.delete(pathTo(first));

    expect(answer.status).toBe(204);
    expect(answer.text).toBe('');
    expectProblem(await http.get(pathTo(first)), 404, 'annotation-not-found');
    expectProblem(await http.delete(pathTo(first)), 404, 'annotation-not-found');
    expect((await http.get(pathTo(image, 'annotations'))).body).toEqual([second]);
  });
});

describe('PUT /images/{image_key}/annotations', () => {
  it('makes the set exactly this: replaces, adds and deletes in one step', async () => {
    const image = await anImage(http);
    for (const instrument of ['kept', 'changed', 'dropped'])
      await anAnnotation(http, { instrument }, image);
    const path = pathTo(image, 'annotations');

    const answer = await http
      .put(path)
      .set('If-Match', await etagOf(http, path))
      .send({
        annotations: [
          annotationFields({ index: 1, instrument: 'new label' }),
          annotationFields({ instrument: 'added' }),
          annotationFields({ index: 0, instrument: 'kept' }),
          annotationFields({ index: 9, instrument: 'named' }),
        ],
      });

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"4"');
    expect(answer.body.map(summaryOf)).toEqual([
      [0, 'kept', 1],
      [1, 'new label', 2],
      [9, 'named', 1],
      [10, 'added', 1],
    ]);
    expect((await http.get(path)).body).toEqual(answer.body);
    expect((await http.get(pathTo(image))).body.annotations).toEqual(answer.body);
  });

  it('changes nothing, neither versions nor entity tags, when it is what is there', async () => {
    const image = await anImage(http);
    const annotation = await anAnnotation(http, { attributes: { b: 1, a: 'x' } }, image);
    const path = pathTo(image, 'annotations');
    const { index, instrument, polygon, source, confidence } = annotation;

    const answer = await http.put(path).send({
      annotations: [
        { confidence, source, attributes: { a: 'x', b: 1 }, polygon, instrument, index },
      ],
    });

    expect(answer.status).toBe(200);
    expect(answer.headers.etag).toBe('"1"');
    expect(answer.body).toEqual([annotation]);
    expect(await etagOf(http, pathTo(image))).toBe('"1.1"');
  });

  it('leaves what it does not change as it was', async () => {
    const image = await anImage(http);
    const first = await anAnnotation(http, {}, image);
    await anAnnotation(http, {}, image);

    const { body } = await http.put(pathTo(image, 'annotations')).send({
      annotations: [
        annotationFields({ index: 0 }),
        annotationFields({ index: 1, attributes: { changed: true } }),
      ],
    });

    expect(body[0]).toEqual(first);
    expect(body[1]).toMatchObject({ version: 2, attributes: { changed: true } });
  });

  it('clears the set with an empty list', async () => {
    const annotation = await anAnnotation(http);
    const path = pathTo({ image_key: annotation.image_key }, 'annotations');

    const answer = await http.put(path).send({ annotations: [] });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual([]);
    expectProblem(await http.get(pathTo(annotation)), 404, 'annotation-not-found');
  });

  it('brings a deleted index back with its versions going on', async () => {
    const annotation = await anAnnotation(http);
    await http.delete(pathTo(annotation)).expect(204);
    const path = pathTo({ image_key: annotation.image_key }, 'annotations');

    const { body } = await http.put(path).send({ annotations: [annotationFields({ index: 0 })] });

    expect(body[0].version).toBeGreaterThan(annotation.version);
  });

  it('answers 412 with the set as it is now when an annotation changed since', async () => {
    const annotation = await anAnnotation(http);
    const path = pathTo({ image_key: annotation.image_key }, 'annotations');
    const etag = await etagOf(http, path);
    await http
      .put(pathTo(annotation))
      .send(annotationFields({ instrument: 'other' }))
      .expect(200);

    const answer = await http.put(path).set('If-Match', etag).send({ annotations: [] });

    expectProblem(answer, 412, 'annotation-set-changed');
    expect(answer.body).toMatchObject({ current_version: 2 });
    expect((await http.get(path)).body).toHaveLength(1);
  });

  it('names what is wrong in each annotation, and changes nothing', async () => {
    const annotation = await anAnnotation(http);
    const path = pathTo({ image_key: annotation.image_key }, 'annotations');

    const answer = await http.put(path).send({
      annotations: [
        annotationFields({ index: 0, instrument: '' }),
        { instrument: 'without polygon' },
        annotationFields({ index: 0 }),
        annotationFields({ colour: 'red' }),
      ],
    });

    expectProblem(answer, 400, 'invalid-request', [
      '#/annotations/0/instrument',
      '#/annotations/1/polygon',
      '#/annotations/2/index',
      '#/annotations/3/colour',
    ]);
    expect((await http.get(path)).body).toEqual([annotation]);
  });

  it.each<[string, unknown, string]>([
    ['no list', {}, '#/annotations'],
    ['null', { annotations: null }, '#/annotations'],
    ['an object', { annotations: {} }, '#/annotations'],
    ['a bare list', [], '#'],
    ['a list of numbers', { annotations: [1] }, '#/annotations/0'],
    ['a list of lists', { annotations: [[]] }, '#/annotations/0'],
    [
      '2,001 annotations',
      { annotations: Array(2_001).fill({ instrument: 'a', polygon: null }) },
      '#/annotations',
    ],
  ])('refuses %s', async (_, body, pointer) => {
    const image = await anImage(http);

    const answer = await http.put(pathTo(image, 'annotations')).send(body as object);

    expectProblem(answer, 400, 'invalid-request', [pointer]);
  });

  it('takes 2,000 annotations in place of 2,000 others', async () => {
    const image = await anImage(http);
    const set = (instrument: string) => ({
      annotations: Array.from({ length: 2_000 }, () => ({ instrument, polygon: null })),
    });

    await http.put(pathTo(image, 'annotations')).send(set('first')).expect(200);
    const { body } = await http.put(pathTo(image, 'annotations')).send(set('second')).expect(200);

    expect(body).toHaveLength(2_000);
    expect(summaryOf(body[0])).toEqual([2_000, 'second', 1]);
  });

  it('takes more bytes than one resource may have', async () => {
    const image = await anImage(http);
    const attributes = { note: 'x'.repeat(1_000) };
    const annotations = Array.from({ length: 1_100 }, () => annotationFields({ attributes }));

    await http.put(pathTo(image, 'annotations')).send({ annotations }).expect(200);
  });

  it('has no next index behind the highest there is', async () => {
    const image = await anImage(http);

    const answer = await http.put(pathTo(image, 'annotations')).send({
      annotations: [annotationFields({ index: HIGHEST_INDEX }), annotationFields()],
    });

    expectProblem(answer, 409, 'no-next-index');
    expect((await http.get(pathTo(image, 'annotations'))).body).toEqual([]);
  });

  it('answers 404 where there is no image, also to a body that is wrong', async () => {
    expectProblem(await http.put('/images/none/annotations').send({}), 404, 'image-not-found');
  });
});

describe('the entity tags', () => {
  it('of annotation, set and image move together, and with nothing else', async () => {
    const image = await anImage(http);
    const first = await anAnnotation(http, {}, image);
    const second = await anAnnotation(http, {}, image);
    const tags = async () => ({
      first: await etagOf(http, pathTo(first)),
      second: await etagOf(http, pathTo(second)),
      set: await etagOf(http, pathTo(image, 'annotations')),
      image: await etagOf(http, pathTo(image)),
    });
    expect(await tags()).toEqual({ first: '"1"', second: '"1"', set: '"2"', image: '"1.2"' });

    await http
      .put(pathTo(first))
      .send(annotationFields({ instrument: 'other' }))
      .expect(200);
    expect(await tags()).toEqual({ first: '"2"', second: '"1"', set: '"3"', image: '"1.3"' });

    await http.patch(pathTo(image)).send({ ml_tag: 'TEST' }).expect(200);
    expect(await tags()).toEqual({ first: '"2"', second: '"1"', set: '"3"', image: '"2.3"' });

    const refused = await http.put(pathTo(first)).set('If-Match', '"1"').send(annotationFields());
    expectProblem(refused, 412, 'annotation-changed');
    expect(await tags()).toEqual({ first: '"2"', second: '"1"', set: '"3"', image: '"2.3"' });
  });

  it('of a refused annotation stay: a stale If-Match is told before impossible geometry', async () => {
    const annotation = await anAnnotation(http);
    const impossible = annotationFields({
      polygon: aPolygon(at('0,0 1,1 2,2')),
    });

    const stale = await http.put(pathTo(annotation)).set('If-Match', '"9"').send(impossible);
    expectProblem(stale, 412, 'annotation-changed');

    const fresh = await http.put(pathTo(annotation)).set('If-Match', '"1"').send(impossible);
    expectProblem(fresh, 422, 'impossible-geometry');
    expect((await http.get(pathTo(annotation))).body).toEqual(annotation);
  });

  it('are new in the answer of the write already', async () => {
    const annotation = await anAnnotation(http);

    const answer = await http.put(pathTo(annotation)).send(annotationFields());

    expect(answer.headers.etag).toBe(await etagOf(http, pathTo(annotation)));
  });
});

it('moves updated_at of the image with every change of an annotation', async () => {
  const image = await anImage(http);
  const annotation = await anAnnotation(http, {}, image);

  const { body } = await http.get(pathTo(image));

  expect(body.updated_at).toBe(annotation.updated_at);
  expect(body.version).toBe(1);
});

function summaryOf(annotation: { index: number; instrument: string; version: number }) {
  return [annotation.index, annotation.instrument, annotation.version];
}
