import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './helpers/app.js';
import { drawMarkers, MARKER_RADIUS, markersIn, type Place } from './helpers/markers.js';
import { pixelsOf } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import { aBox, anAnnotation, anImage, aPolygon, at, pathTo } from './helpers/records.js';
import type { Fields, StoredAnnotation } from './helpers/records.js';
import { aPhotograph, type Photograph } from './helpers/uploads.js';

const SIZE = { width: 200, height: 120 };
const PLACES: readonly Place[] = [
  [38, 29],
  [102, 59],
  [163, 92],
];
const RENDITIONS = [
  'scale=0.5',
  'scale=0.6&region=15,9,171,101&rotate=180',
  'width=75&height=65&fit=cover&rotate=90',
  'width=150&height=150&fit=fill&rotate=270',
  'width=130&height=120&fit=contain&background=000000',
  'region=annotation:1&pad=20&width=90&dpr=1.5&enlarge=true',
];

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

function annotationsOf(image: { image_key: string }, query: Fields = {}) {
  return http.get(pathTo(image, 'annotations')).query(query);
}

/** An image with three squares, around each of which an annotation lies. */
async function aMarkedPhotograph(orientation: number): Promise<Photograph> {
  const image = await aPhotograph(http, await drawMarkers('png', SIZE, PLACES, orientation));
  for (const [index, [x, y]] of PLACES.entries()) {
    const [left, top] = [x - MARKER_RADIUS, y - MARKER_RADIUS];
    const [right, bottom] = [x + MARKER_RADIUS, y + MARKER_RADIUS];
    const polygon = aPolygon(
      at(`${left},${top} ${right},${top} ${right},${bottom} ${left},${bottom}`),
    );
    await anAnnotation(http, { index, polygon }, image);
  }
  return image;
}

function pointsOf({ polygon }: StoredAnnotation): Place[] {
  return (polygon as { points: Place[] }).points;
}

function middleOf(points: readonly Place[]): Place {
  const mean = (axis: 0 | 1) => points.reduce((sum, point) => sum + point[axis], 0) / points.length;
  return [mean(0), mean(1)];
}

function moved(answer: Response, [x, y]: Place): Place {
  const header = String(answer.headers['x-image-transform']);
  const [a, b, c, d, e, f] = header.split(',').map(Number);
  return [a! * x + c! * y + e!, b! * x + d! * y + f!];
}

function boundsOf(points: readonly Place[]): number[] {
  const [xs, ys] = [points.map(([x]) => x), points.map(([, y]) => y)];
  const [left, top] = [Math.min(...xs), Math.min(...ys)];
  return [left, top, Math.max(...xs) - left, Math.max(...ys) - top];
}

function expectNumbers(found: readonly number[], expected: readonly number[]): void {
  expect(found).toHaveLength(expected.length);
  const distances = found.map((value, index) => Math.abs(value - expected[index]!));
  expect(Math.max(...distances)).toBeLessThan(1e-6);
}

describe('annotations for a rendition', () => {
  it.each([1, 3, 6, 8])(
    'lie where its pixels show what they mark, with EXIF orientation %i',
    async (orientation) => {
      const image = await aMarkedPhotograph(orientation);
      const stored = (await annotationsOf(image).expect(200)).body as StoredAnnotation[];
      for (const parameters of RENDITIONS) {
        const address = `${pathTo(image, 'file')}?${parameters}`;
        const rendition = await http.get(address).expect(200);
        const { width, height } = await pixelsOf(rendition.body as Buffer);
        const markers = await markersIn(rendition.body as Buffer);
        const answer = await annotationsOf(image, { for: parameters }).expect(200);

        let seen = 0;
        for (const [index, annotation] of (answer.body as StoredAnnotation[]).entries()) {
          const points = pointsOf(annotation);
          const expected = pointsOf(stored[index]!).map((point) => moved(rendition, point));
          expectNumbers(points.flat(), expected.flat());
          expectNumbers(annotation.bbox!, boundsOf(points));
          const [, , across, down] = boundsOf(points);
          expectNumbers([annotation.area!], [across! * down!]);
          if (!points.every(([x, y]) => x >= 1 && y >= 1 && x < width && y < height)) continue;
          seen += 1;
          const [[x, y], [foundX, foundY]] = [middleOf(points), markers[index]!];
          const error = Math.hypot(foundX - x, foundY - y);
          expect({ parameters, index, fits: error <= 0.5, error }).toMatchObject({ fits: true });
        }
        expect({ parameters, seen: seen > 0 }).toEqual({ parameters, seen: true });
      }
    },
  );

  it('are given in parts of the picture or of the rendition', async () => {
    const image = await aPhotograph(http, { width: 64, height: 48, orientation: 6 });
    await anAnnotation(http, { polygon: aBox(16, 12, 32, 36) }, image);
    await anAnnotation(http, { polygon: null }, image);

    const whole = await annotationsOf(image, { space: 'normalized' }).expect(200);
    expectNumbers(pointsOf(whole.body[0]).flat(), [0.25, 0.25, 0.5, 0.75]);
    expectNumbers(whole.body[0].bbox, [0.25, 0.25, 0.25, 0.5]);
    expectNumbers([whole.body[0].area], [0.125]);
    expect(whole.body[1].polygon).toBeNull();

    const query = { for: 'rotate=90&scale=0.5', space: 'normalized' };
    const turned = await annotationsOf(image, query).expect(200);
    expectNumbers(turned.body[0].bbox, [0.25, 0.25, 0.5, 0.25]);
    const shown = { for: 'region=16,12,32,24', space: 'normalized' };
    const part = await annotationsOf(image, shown).expect(200);
    expectNumbers(part.body[0].bbox, [0, 0, 0.5, 1]);
  });

  it('have an entity tag of their own, which is of no use to a change', async () => {
    const image = await aPhotograph(http);
    await anAnnotation(http, { polygon: aBox() }, image);
    const path = pathTo(image, 'annotations');
    const plain = String((await annotationsOf(image).expect(200)).headers.etag);
    const query = { for: 'width=32' };
    const { headers } = await annotationsOf(image, query).expect(200);
    const tag = String(headers.etag);
    const other = String((await annotationsOf(image, { for: 'width=31' })).headers.etag);
    expect(new Set([plain, tag, other]).size).toBe(3);

    await annotationsOf(image, query).set('If-None-Match', tag).expect(304);
    await annotationsOf(image).set('If-None-Match', tag).expect(200);
    const put = http.put(path).set('If-Match', tag).send({ annotations: [] });
    expectProblem(await put, 412, 'annotation-set-changed');
    expect((await annotationsOf(image)).body).toHaveLength(1);
    await http.put(path).set('If-Match', plain).send({ annotations: [] }).expect(200);
    await annotationsOf(image, query).set('If-None-Match', tag).expect(200);
  });

  it.each([
    ['in parts', { space: 'normalized' }, 'application/json'],
    ['of the past', { as_of: new Date(0).toISOString() }, 'application/json'],
    ['in lines', {}, 'application/x-ndjson'],
  ])('have a tag that is no precondition of a change either %s', async (_, query, accept) => {
    const image = await aPhotograph(http);
    const { headers } = await annotationsOf(image, query).set('Accept', accept).expect(200);
    const put = http.put(pathTo(image, 'annotations')).set('If-Match', String(headers.etag));
    expectProblem(await put.send({ annotations: [] }), 412, 'annotation-set-changed');
  });

  it('are those of its whole address, whatever else stands there', async () => {
    const image = await aPhotograph(http);
    await anAnnotation(http, { polygon: aBox() }, image);
    const bare = await annotationsOf(image, { for: 'width=32' }).expect(200);
    const beside = `?width=32&v=${image.file.sha256}&download=true&signature=1.b3RoZXI.abc`;
    const addressed = await annotationsOf(image, { for: beside }).expect(200);
    expect(addressed.body).toEqual(bare.body);
    expect(addressed.headers.etag).toBe(bare.headers.etag);
  });

  it('are not given for an address of a picture that another one has replaced', async () => {
    const image = await aPhotograph(http);
    const late = await annotationsOf(image, { for: 'scale=0.5&v=00000000' });
    expectProblem(late, 404, 'picture-version-not-found', [{ parameter: 'for', detail: /^v: / }]);
    const malformed = await annotationsOf(image, { for: 'v=0000' });
    expectProblem(malformed, 400, 'invalid-request', [{ parameter: 'for', detail: /v/ }]);
  });

  it('need a picture', async () => {
    const image = await anImage(http);
    await annotationsOf(image).expect(200);
    for (const query of [{ for: 'scale=0.5' }, { space: 'normalized' }])
      expectProblem(await annotationsOf(image, query), 404, 'picture-not-found');
  });

  it.each([
    ['rotate=45', /rotate/],
    ['scale=0.5&width=10', /scale/],
    ['region=60,0,10,10', /region/],
    ['size=large', /size/],
    ['width=%', /./],
  ])('are refused for %s by the name of the parameter', async (parameters, detail) => {
    const image = await aPhotograph(http);
    const answer = await annotationsOf(image, { for: parameters });
    expectProblem(answer, 400, 'invalid-request', [{ parameter: 'for', detail }]);
  });

  it('are refused for an annotation that is not there, and for too much', async () => {
    const image = await aPhotograph(http);
    const missing = await annotationsOf(image, { for: 'region=annotation:9' });
    expectProblem(missing, 404, 'annotation-not-found');
    const large = await annotationsOf(image, { for: 'width=60000&enlarge=true' });
    expectProblem(large, 400, 'rendition-too-large', [{ parameter: 'for', detail: /width/ }]);
    const larger = await annotationsOf(image, { for: 'scale=9999' });
    expectProblem(larger, 400, 'scale-too-large', ['for']);
  });
});
