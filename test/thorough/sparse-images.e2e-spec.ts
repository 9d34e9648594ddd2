import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from '../helpers/app.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import {
  type AnnotatedImage,
  anImage,
  annotationFields,
  etagOf,
  pathTo,
} from '../helpers/records.js';
import { statementsOf } from '../helpers/statements.js';

let service: TestApp;
let http: TestApp['http'];
let image: AnnotatedImage;

beforeAll(async () => {
  service = await startApp();
  http = service.http;
  image = await anImage(http, { annotations: [annotationFields(), annotationFields()] });
  await http
    .put(pathTo(image, 'file'))
    .type('image/png')
    .send(await drawPicture({ format: 'png', width: 64, height: 48 }))
    .expect(201);
  image = (await http.get(pathTo(image))).body as AnnotatedImage;
});
afterAll(() => service.close());

const CASES: [string, (image: AnnotatedImage) => object][] = [
  ['image_key', ({ image_key }) => ({ image_key })],
  ['file', ({ image_key, file }) => ({ image_key, file })],
  ['version,ml_tag', ({ image_key, version, ml_tag }) => ({ image_key, version, ml_tag })],
  ['annotations', ({ image_key, annotations }) => ({ image_key, annotations })],
  ['annotations,annotations.index', ({ image_key, annotations }) => ({ image_key, annotations })],
  [
    'image_key,file,annotations.instrument',
    ({ image_key, file, annotations }) => ({
      image_key,
      file,
      annotations: annotations.map(({ instrument }) => ({ instrument })),
    }),
  ],
  [
    'annotations.bbox,annotations.index',
    ({ image_key, annotations }) => ({
      image_key,
      annotations: annotations.map(({ index, bbox }) => ({ index, bbox })),
    }),
  ],
];

describe.each([
  ['/images', () => '/images', (body: unknown) => (body as object[])[0]],
  ['/images/{image_key}', () => pathTo(image), (body: unknown) => body],
])('fields of GET %s', (_, path, itemOf) => {
  it.each(CASES)('%s gives these and nothing else', async (fields, wanted) => {
    const { body } = await http.get(`${path()}?fields=${fields}`).expect(200);

    expect(itemOf(body)).toEqual(wanted(image));
  });

  it.each([
    ['colour', ['"colour"']],
    ['image_key,colour,annotations.sharpness', ['"colour"', '"annotations.sharpness"']],
    ['', ['""']],
    ['file,', ['""']],
    ['file, version', ['" version"']],
    ['file.url', ['"file.url"']],
    ['constructor', ['"constructor"']],
  ])('refuses "%s" by name', async (fields, names) => {
    const answer = await http.get(`${path()}?fields=${encodeURIComponent(fields)}`);

    const faults = names.map((name) => ({
      parameter: 'fields',
      detail: new RegExp(`^${name} is not a field of images: there are image_key, `),
    }));
    expectProblem(answer, 400, 'invalid-request', faults);
  });

  it('refuses to be given twice', async () => {
    expectProblem(await http.get(`${path()}?fields=file&fields=file`), 400, 'invalid-request', [
      'fields',
    ]);
  });

  it('does not read annotations that nobody asks for', async () => {
    const readsAnnotations = async (fields: string) => {
      const statements = await statementsOf(() => http.get(`${path()}?fields=${fields}`));
      return statements.some(({ sql }) => sql.includes('FROM annotations'));
    };

    expect(await readsAnnotations('image_key,file')).toBe(false);
    expect(await readsAnnotations('annotations.index')).toBe(true);
  });
});

describe('the entity tag of an image with some fields', () => {
  it('is its own, and the same for the same fields in another order', async () => {
    const tag = (query: string) => etagOf(http, `${pathTo(image)}${query}`);

    const tags = await Promise.all(['', '?fields=file', '?fields=version'].map(tag));

    expect(new Set(tags).size).toBe(3);
    expect(await tag('?fields=image_key,file')).toBe(tags[1]);
    expect(await tag('?fields=annotations.index,file')).toBe(
      await tag('?fields=file,annotations.index,file'),
    );
  });

  it('tells a client that it has this already, and nothing about all fields', async () => {
    const path = `${pathTo(image)}?fields=file`;
    const etag = await etagOf(http, path);

    await http.get(path).set('If-None-Match', etag).expect(304);
    await http.get(pathTo(image)).set('If-None-Match', etag).expect(200);
  });

  it('is another one after a change', async () => {
    const changed = await anImage(http);
    const path = `${pathTo(changed)}?fields=annotations.index`;
    const before = await etagOf(http, path);

    await http.post(pathTo(changed, 'annotations')).send(annotationFields()).expect(201);

    expect(await etagOf(http, path)).not.toBe(before);
  });
});

it('annotations=false leaves them out whatever fields says', async () => {
  const { body } = await http.get('/images?fields=annotations.index,version&annotations=false');

  expect(Object.keys((body as object[]).at(-1)!).sort()).toEqual(['image_key', 'version']);
});
