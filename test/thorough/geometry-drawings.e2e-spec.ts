import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { textOfRuns } from '../../src/annotations/geometry/run-lengths.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { aMask } from '../helpers/marks.js';
import { pixelAt, type Pixels, pixelsOf } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { anAnnotation, annotationFields, at, pathTo } from '../helpers/records.js';
import type { Fields, StoredAnnotation } from '../helpers/records.js';
import { aPhotograph, getFile, type Photograph } from '../helpers/uploads.js';

type Place = [x: number, y: number];

const SIZE = { width: 320, height: 240 };
/** A square with two steps, a hole, and a crumb beside it. */
const isInMask = (x: number, y: number) =>
  (x >= 200 && x < 260 && y >= 130 && y < 200 && !(x >= 220 && x < 240 && y >= 150 && y < 180)) ||
  (x >= 260 && x < 280 && y >= 150 && y < 170) ||
  (x >= 290 && x < 296 && y >= 210 && y < 216);

const KINDS: Record<string, Fields> = {
  'a polygon with a hole': {
    polygon: { rings: [at('20,20 120,20 120,110 20,110'), at('50,40 90,40 90,90 50,90')] },
  },
  'a box': { box: { x: 150.5, y: 20, width: 100, height: 80.25 } },
  'a line': { polyline: { points: at('20,130 100,130 100,200') } },
  points: { points: { points: at('140,140 160,170 140,210'), visibility: [2, 1, 0] } },
  'a mask': { mask: aMask(SIZE, isInMask) },
};
/** What is drawn on, and what is not, whatever is drawn beside it. */
const SEEN: Record<string, { on: Place[]; off: Place[] }> = {
  'a polygon with a hole': { on: at('20,60 120,60 50,60 35,65 105,65'), off: at('70,65 10,10') },
  'a box': { on: at('150.5,60 200,20 200,60 250.5,60'), off: at('265,60 140,60') },
  'a line': { on: at('60,130 100,165 99,131'), off: at('60,165 85,150') },
  points: { on: at('140,140'), off: at('140,210 150,190') },
  'a mask': { on: at('200,165 210,140 220,165 280,160 293,213'), off: at('230,165 285,190') },
};
const RENDITIONS: Fields[] = [
  {},
  { scale: 0.5 },
  { region: '10,10,300,220', rotate: 90 },
  { width: 200, height: 200, fit: 'fill', rotate: 270 },
  { width: 480, enlarge: true },
  { width: 260, height: 260, fit: 'contain', background: '000000' },
  { region: 'annotation:0', pad: 15, rotate: 180 },
];

let service: TestApp;
let http: TestApp['http'];
let image: Photograph;
const indexOf: Record<string, number> = {};

beforeAll(async () => {
  service = await startApp();
  http = service.http;
  image = await aPhotograph(http, { format: 'png', ...SIZE });
  for (const [name, geometry] of Object.entries(KINDS))
    indexOf[name] = (await annotated(geometry)).index;
});
afterAll(() => service.close());

function annotated(geometry: Fields, on: Photograph = image): Promise<StoredAnnotation> {
  return anAnnotation(http, annotationFields({ polygon: null, ...geometry }), on);
}

async function rendition(query: Fields, of: Photograph = image) {
  const answer = await getFile(http, of, { format: 'png', ...query });
  expect({ query, status: answer.status }).toEqual({ query, status: 200 });
  return { answer, pixels: await pixelsOf(answer.body as Buffer) };
}

function placeIn(answer: Response, [x, y]: Place): Place {
  const header = String(answer.headers['x-image-transform']);
  const [a, b, c, d, e, f] = header.split(',').map(Number);
  return [Math.floor(a! * x + c! * y + e!), Math.floor(b! * x + d! * y + f!)];
}

/** Without alpha. */
function coloursAt(pixels: Pixels, x: number, y: number): number[] {
  return pixelAt(pixels, x, y).slice(0, 3);
}

function isWithin([x, y]: Place, { width, height }: Pixels): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}

describe('the overlay', () => {
  it.each(RENDITIONS)('shows every kind where it is, in %j', async (query) => {
    const { pixels: bare } = await rendition({ region: `0,0,320,240`, ...query });
    const { answer, pixels } = await rendition({ ...query, overlay: 'annotations' });
    let seen = 0;
    for (const [name, { on, off }] of Object.entries(SEEN)) {
      for (const [isOn, places] of [
        [true, on],
        [false, off],
      ] as const) {
        for (const place of places.map((one) => placeIn(answer, one))) {
          if (!isWithin(place, pixels)) continue;
          seen += 1;
          const [before, after] = [bare, pixels].map((one) => coloursAt(one, ...place));
          const isDrawn = after!.some((value, channel) => value !== before![channel]);
          expect({ name, place, isDrawn }).toEqual({ name, place, isDrawn: isOn });
        }
      }
    }
    expect(seen).toBeGreaterThan(5);
  });

  it('is drawn anew when a mask changes', async () => {
    const other = await aPhotograph(http, { format: 'png', ...SIZE });
    const annotation = await annotated(KINDS['a mask']!, other);
    const query = { overlay: 'annotations', format: 'png' };
    const { answer, pixels } = await rendition(query, other);
    const mask = aMask(SIZE, (x, y) => x < 50 && y < 50);
    await http
      .put(pathTo(annotation))
      .send(annotationFields({ polygon: null, mask }))
      .expect(200);
    const later = await rendition(query, other);
    expect(later.answer.headers.etag).not.toBe(answer.headers.etag);
    expect(coloursAt(later.pixels, 25, 25)).not.toEqual(coloursAt(pixels, 25, 25));
  });
});

describe('the cut-out', () => {
  it('of a mask is exactly its pixels, turned as well', async () => {
    const index = indexOf['a mask']!;
    for (const turned of [0, 90, 180, 270]) {
      const query = { mask: index, region: '0,0,320,240', rotate: turned };
      const { answer, pixels } = await rendition(query);
      const wrong: Place[] = [];
      for (let y = 0; y < SIZE.height; y += 1) {
        for (let x = 0; x < SIZE.width; x += 1) {
          const [, , , alpha] = pixelAt(pixels, ...placeIn(answer, [x + 0.5, y + 0.5]));
          if (alpha !== (isInMask(x, y) ? 255 : 0)) wrong.push([x, y]);
        }
      }
      expect({ turned, wrong }).toEqual({ turned, wrong: [] });
    }
  });

  it('shows the surroundings of the mask, and keeps the colours', async () => {
    const { pixels } = await rendition({ mask: indexOf['a mask'] });
    expect(pixels).toMatchObject({ width: 96, height: 86 });
    const { pixels: bare } = await rendition({ region: '200,130,96,86' });
    expect(pixelAt(pixels, 5, 5)).toEqual([...pixelAt(bare, 5, 5).slice(0, 3), 255]);
    expect(pixelAt(pixels, 30, 30)[3]).toBe(0);
  });

  it('of a polygon leaves out its hole, and of a box is the box', async () => {
    const { pixels } = await rendition({ mask: indexOf['a polygon with a hole'] });
    expect(pixels).toMatchObject({ width: 100, height: 90 });
    expect(pixelAt(pixels, 15, 45)[3]).toBe(255);
    expect(pixelAt(pixels, 50, 45)[3]).toBe(0);
    const { pixels: box } = await rendition({ mask: indexOf['a box'], region: '0,0,320,240' });
    expect(
      at('149,50 152,50 249,99 251,50 200,101').map((place) => pixelAt(box, ...place)[3]),
    ).toEqual([0, 255, 255, 0, 0]);
    expect(Math.abs(pixelAt(box, 150, 50)[3]! - 128)).toBeLessThan(6);
  });

  it('is not to be had of a line or of points, nor their coordinates in it', async () => {
    for (const name of ['a line', 'points']) {
      const query = { mask: indexOf[name] };
      expectProblem(await getFile(http, image, query), 400, 'invalid-request', ['mask']);
      const within = { for: `mask=${indexOf[name]}` };
      const answer = await http.get(pathTo(image, 'annotations')).query(within);
      expectProblem(answer, 400, 'invalid-request', ['for']);
    }
  });
});

describe('the region of an annotation', () => {
  it.each([
    ['a polygon with a hole', 100, 90],
    ['a box', 101, 81],
    ['a line', 80, 70],
    ['points', 20, 30],
    ['a mask', 96, 86],
  ])('is the box around %s', async (name, width, height) => {
    const { pixels } = await rendition({ region: `annotation:${indexOf[name]}` });
    expect(pixels).toMatchObject({ width, height });
  });

  it('and its cut-out are refused where it marks no part of the picture', async () => {
    const other = await aPhotograph(http, { format: 'png', ...SIZE });
    const unlabelled = { points: { points: at('10,10 20,20'), visibility: [0, 0] } };
    for (const geometry of [{}, unlabelled]) {
      const { index } = await annotated(geometry, other);
      for (const [parameter, value] of [
        ['region', `annotation:${index}`],
        ['mask', index],
      ] as const)
        expectProblem(await getFile(http, other, { [parameter]: value }), 400, 'invalid-request', [
          { parameter, detail: `annotation ${index} marks no part of the picture` },
        ]);
    }
  });
});

describe('W3C Web Annotations', () => {
  const svg = (path: string, attributes = '') => ({
    type: 'SvgSelector',
    value: `<svg xmlns="http://www.w3.org/2000/svg"><path${attributes} d="${path}"/></svg>`,
  });

  async function selectorsOf(of: Photograph): Promise<unknown[]> {
    const page = await http.get(`/iiif/presentation/3/${of.image_key}/annotations`).expect(200);
    for (const { id, target } of page.body.items) {
      const alone = await http.get(new URL(id as string).pathname).expect(200);
      expect(alone.body.target).toEqual(target);
    }
    return page.body.items.map((item: { target: { selector: unknown } }) => item.target.selector);
  }

  it('select every kind exactly', async () => {
    expect(await selectorsOf(image)).toEqual([
      svg(
        'M 20,20 L 120,20 L 120,110 L 20,110 Z M 50,40 L 90,40 L 90,90 L 50,90 Z',
        ' fill-rule="evenodd"',
      ),
      svg('M 150.5,20 L 250.5,20 L 250.5,100.25 L 150.5,100.25 Z'),
      svg('M 20,130 L 100,130 L 100,200', ' fill="none"'),
      svg('M 140,140 L 139,138 L 141,138 Z M 160,170 L 159,168 L 161,168 Z'),
      svg(
        'M 200,130 L 260,130 L 260,150 L 280,150 L 280,170 L 260,170 L 260,200 L 200,200 Z ' +
          'M 220,150 L 220,180 L 240,180 L 240,150 Z M 290,210 L 296,210 L 296,216 L 290,216 Z',
        ' fill-rule="evenodd"',
      ),
    ]);
  });

  it('have a box of whole pixels as a fragment, and nothing where no point is labelled', async () => {
    const other = await aPhotograph(http, { format: 'png', ...SIZE });
    await annotated({ box: { x: 10, y: 20, width: 30, height: 40 } }, other);
    await annotated({ points: { points: at('1,2'), visibility: [0] } }, other);
    const [box, points] = await selectorsOf(other);
    expect(box).toMatchObject({ type: 'FragmentSelector', value: 'xywh=10,20,30,40' });
    expect(points).toBeUndefined();
  });
});

describe('a mask of noise', () => {
  it('is cut out exactly, drawn coarsely, and given to viewers as the box around it', async () => {
    const size = { width: 640, height: 480 };
    const noise = (x: number, y: number) => x > 9 && y > 9 && (x + y) % 2 === 0;
    const other = await aPhotograph(http, { format: 'png', ...size });
    const { size: shape, counts } = aMask(size, noise);
    const { index } = await annotated({ mask: { size: shape, counts: textOfRuns(counts) } }, other);

    const { pixels } = await rendition({ mask: index, region: '0,0,640,480' }, other);
    let wrong = 0;
    for (let y = 0; y < size.height; y += 1) {
      for (let x = 0; x < size.width; x += 1)
        if (pixelAt(pixels, x, y)[3] !== (noise(x, y) ? 255 : 0)) wrong += 1;
    }
    expect(wrong).toBe(0);

    const { pixels: bare } = await rendition({}, other);
    const { pixels: drawn } = await rendition({ overlay: 'annotations' }, other);
    expect(coloursAt(drawn, 300, 200)).not.toEqual(coloursAt(bare, 300, 200));
    expect(coloursAt(drawn, 3, 200)).toEqual(coloursAt(bare, 3, 200));

    const { body } = await http.get(`/iiif/presentation/3/${other.image_key}/annotations/${index}`);
    expect(body.target.selector).toMatchObject({ value: 'xywh=10,10,630,470' });
  });
});
