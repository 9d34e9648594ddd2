import { describe, expect, it } from '@jest/globals';
import {
  aMask,
  cutOut,
  distanceToLine,
  drawnOnGrey,
  misplacedOf,
  movedBy,
  pixelsWhere,
  SHEET,
  tracerHere,
  TRANSFORMS,
} from '../../../test/helpers/marks.js';
import { pixelAt, type Pixels } from '../../../test/helpers/pictures.js';
import type { Size } from '../../renditions/boxes.js';
import { colourOf } from './mark-colours.js';
import type { Mark, Point, Shape, Transform } from './mark.js';
import { hasInside, maskSvg } from './mask-svg.js';
import { overlaySvg } from './overlay-svg.js';

const AS_IT_IS: Transform = [1, 0, 0, 1, 0, 0];
/** Large enough for text. */
const POSTER = { width: 1000, height: 750 };

const RINGS: Point[][] = [
  [
    [30, 20],
    [170, 20],
    [170, 120],
    [30, 120],
  ],
  [
    [50, 40],
    [90, 40],
    [90, 100],
    [50, 100],
  ],
  [
    [110, 40],
    [150, 60],
    [110, 100],
  ],
];
const BOX = { x: 40.5, y: 30, width: 110, height: 60.25 };
const BOX_RING: Point[] = [
  [40.5, 30],
  [150.5, 30],
  [150.5, 90.25],
  [40.5, 90.25],
];
const LINE: Point[] = [
  [30, 20],
  [170, 40],
  [60, 120],
  [20, 60],
];
/** A frame with a crumb in it, and a crumb in the corner of the picture. */
const MASK_RINGS: Point[][] = [
  [
    [30, 20],
    [170, 20],
    [170, 120],
    [30, 120],
  ],
  [
    [60, 50],
    [140, 50],
    [140, 90],
    [60, 90],
  ],
  [
    [90, 60],
    [110, 60],
    [110, 80],
    [90, 80],
  ],
  [
    [190, 140],
    [200, 140],
    [200, 150],
    [190, 150],
  ],
];
const isInMask = (x: number, y: number) =>
  MASK_RINGS.filter(([from, , to]) => {
    return x >= from![0] && x < to![0] && y >= from![1] && y < to![1];
  }).length %
    2 ===
  1;
const MASK = aMask(SHEET, isInMask);

const SHAPES: [name: string, shape: Partial<Shape>, rings: Point[][]][] = [
  ['a polygon with holes', { polygon: { rings: RINGS } }, RINGS],
  ['a box', { box: BOX }, [BOX_RING]],
  ['a mask', { mask: MASK }, MASK_RINGS],
];
const CASES = SHAPES.flatMap(([name, shape, rings]) =>
  TRANSFORMS.map(([how, transform, size]) => ({ name, how, shape, rings, transform, size })),
);

const isMarked = (pixel: number[]) => pixel.some((value) => Math.abs(value - 128) > 3);
const isOpaque = (pixel: number[]) => pixel[3] === 255;

function drawn(marks: Partial<Mark>[], transform: Transform, size: Size): Promise<Buffer> {
  const whole = marks.map((mark, index) => ({
    index,
    instrument: 'Clarinet',
    polygon: null,
    ...mark,
  }));
  return overlaySvg(whole, transform, size, tracerHere);
}

async function picture(marks: Partial<Mark>[], transform: Transform, size: Size): Promise<Pixels> {
  return drawnOnGrey(await drawn(marks, transform, size), size);
}

async function cut(shape: Partial<Shape>, transform: Transform, size: Size): Promise<Pixels> {
  return cutOut(await maskSvg({ polygon: null, ...shape }, transform, size, tracerHere), size);
}

function isColour(pixel: number[], instrument = 'Clarinet'): boolean {
  const colour = colourOf(instrument);
  return [1, 3, 5].every(
    (at, channel) => Math.abs(pixel[channel]! - Number.parseInt(colour.slice(at, at + 2), 16)) < 6,
  );
}

describe('the overlay', () => {
  it.each(CASES)('draws $name where it belongs, $how', async (one) => {
    const pixels = await picture([one.shape], one.transform, one.size);
    expect(misplacedOf(pixels, one.rings, one.transform, 2, isMarked)).toBe(0);
  });

  it('draws the edges of a hole like those outside', async () => {
    const marks = [{ polygon: { rings: RINGS.map((ring) => ring.map(movedTo5)) } }];
    const pixels = await picture(marks, AS_IT_IS, POSTER);
    expect(isColour(pixelAt(pixels, 150, 350))).toBe(true);
    expect(isColour(pixelAt(pixels, 250, 350))).toBe(true);
    expect(pixelAt(pixels, 350, 350)).toEqual([128, 128, 128]);
  });

  it.each(TRANSFORMS)('draws a line that stays open, %s', async (_how, transform, size) => {
    const pixels = await picture([{ polyline: { points: LINE } }], transform, size);
    const line = LINE.map((point) => movedBy(transform, point));
    const wrong = pixelsWhere(pixels, (pixel, x, y) => {
      const away = distanceToLine([x + 0.5, y + 0.5], line);
      return isMarked(pixel) ? away > 2 : away < 0.5;
    });
    expect(wrong).toEqual([]);
  });

  it('draws what of a line is seen where it leaves the picture and comes back', async () => {
    const points: Point[] = [
      [-4000, 300],
      [500, 300],
      [500, -90_000],
      [700, -90_000],
      [700, 9000],
    ];
    const pixels = await picture([{ polyline: { points } }], AS_IT_IS, POSTER);
    for (const [x, y] of [
      [3, 300],
      [490, 300],
      [500, 5],
      [700, 5],
      [700, 740],
    ] as const)
      expect(isColour(pixelAt(pixels, x, y))).toBe(true);
    expect(isMarked(pixelAt(pixels, 600, 3))).toBe(false);
    expect(isMarked(pixelAt(pixels, 510, 310))).toBe(false);
  });

  it.each(TRANSFORMS)('draws a dot for each point, %s', async (_how, transform, size) => {
    const points: Point[] = [
      [50, 40],
      [120, 100],
      [160, 50],
    ];
    const pixels = await picture([{ points: { points, visibility: [2, 1, 0] } }], transform, size);
    const [visible, hidden, unlabelled] = points.map((point) => movedBy(transform, point));
    const near = ([x, y]: Point) => pixelAt(pixels, Math.floor(x), Math.floor(y));
    if (isWithin(visible!, size)) expect(isColour(near(visible!))).toBe(true);
    if (isWithin(hidden!, size)) expect(isColour(near(hidden!))).toBe(false);
    const far = pixelsWhere(pixels, (pixel, x, y) => {
      const isFar = ([atX, atY]: Point) => (x + 0.5 - atX) ** 2 + (y + 0.5 - atY) ** 2 > 25;
      return isMarked(pixel) && isFar(visible!) && isFar(hidden!);
    });
    expect(far).toEqual([]);
    if (isWithin(unlabelled!, size)) expect(isMarked(near(unlabelled!))).toBe(false);
  });

  it('leaves the middle of a hidden point free, inside of a ring of its colour', async () => {
    const marks = [{ points: { points: [[500, 400]] as Point[], visibility: [1] } }];
    const pixels = await picture(marks, AS_IT_IS, POSTER);
    expect(pixelAt(pixels, 500, 400)).toEqual([128, 128, 128]);
    const across = Array.from({ length: 12 }, (_, x) => pixelAt(pixels, 500 + x, 400));
    expect(across.some((pixel) => isColour(pixel))).toBe(true);
  });

  it('names every kind, also a single point', async () => {
    const shapes: Partial<Shape>[] = [
      { polygon: { rings: RINGS } },
      { box: { x: 300, y: 100, width: 50, height: 40 } },
      {
        polyline: {
          points: [
            [300, 300],
            [420, 300],
          ],
        },
      },
      { points: { points: [[600, 200]], visibility: [2] } },
      { mask: aMask(POSTER, (x, y) => x > 700 && x < 760 && y > 500 && y < 600) },
    ];
    for (const shape of shapes) {
      const svg = (await drawn([shape], AS_IT_IS, POSTER)).toString();
      expect(svg.match(/<rect /g)).toHaveLength(1);
      expect(svg).not.toContain('<rect x="0" y="0"');
    }
  });

  it('draws nothing and names nothing of points of which none is labelled', async () => {
    const marks = [{ points: { points: [[600, 200]] as Point[], visibility: [0] } }];
    const { data } = await picture(marks, AS_IT_IS, POSTER);
    expect(data.every((value) => value === 128)).toBe(true);
  });

  it('stays small with masks of noise, and shows where they are', async () => {
    const noise = aMask(POSTER, (x, y) => x > 99 && y > 99 && (x * 7919 + y * 104_729) % 17 < 8);
    const marks = Array.from({ length: 4 }, () => ({ mask: noise }));
    const svg = await drawn(marks, AS_IT_IS, POSTER);
    expect(svg.length).toBeLessThan(4e6);
    const pixels = await drawnOnGrey(svg, POSTER);
    expect(isMarked(pixelAt(pixels, 600, 400))).toBe(true);
    expect(isMarked(pixelAt(pixels, 50, 400))).toBe(false);
  });
});

describe('an overlay of very many points', () => {
  it('stays small, and shows those of every mark', async () => {
    const points = Array.from({ length: 10_000 }, (_, at): Point => [(at * 7919) % 1000, at % 750]);
    const marks = Array.from({ length: 40 }, (_, index) => ({
      points: { points, visibility: points.map(() => 1 + (index % 2)) },
    }));
    const svg = await drawn(marks, AS_IT_IS, POSTER);
    expect(svg.length).toBeLessThan(5e6);
    const paths = [...svg.toString().matchAll(/<path d="([^"]+)" stroke="#000"/g)];
    const counts = paths.map(([, path]) => path!.match(/M/g)!.length);
    expect(counts).toEqual(marks.map(() => 1000));
  });
});

describe('the cut-out', () => {
  it.each(CASES)('is what lies inside of $name, $how', async (one) => {
    const pixels = await cut(one.shape, one.transform, one.size);
    expect(misplacedOf(pixels, one.rings, one.transform, 1, isOpaque)).toBe(0);
  });

  it('of a mask is exactly its pixels', async () => {
    const crumbs = (x: number, y: number) => (x * 31 + y * 17) % 7 < 3;
    const pixels = await cut({ mask: aMask(SHEET, crumbs) }, AS_IT_IS, SHEET);
    const enlarged = { width: 160, height: 120 };
    const zoomed = await cut({ mask: aMask(SHEET, crumbs) }, [4, 0, 0, 4, -80, -120], enlarged);
    const turned = { width: 150, height: 200 };
    const upended = await cut({ mask: aMask(SHEET, crumbs) }, [0, 1, -1, 0, 150, 0], turned);
    const alphaAt = (x: number, y: number) => (crumbs(x, y) ? 255 : 0);
    expect(pixelsWhere(pixels, ([, , , alpha], x, y) => alpha !== alphaAt(x, y))).toEqual([]);
    expect(pixelsWhere(upended, ([, , , alpha], x, y) => alpha !== alphaAt(y, 149 - x))).toEqual(
      [],
    );
    const wrong = pixelsWhere(zoomed, ([, , , alpha], x, y) => {
      return alpha !== alphaAt(20 + (x >> 2), 30 + (y >> 2));
    });
    expect(wrong).toEqual([]);
  });

  it('of a mask made smaller has the share of its pixels as alpha', async () => {
    const mask = aMask(SHEET, (x) => x % 4 === 0);
    const pixels = await cut({ mask }, [0.25, 0, 0, 0.25, 0, 0], { width: 50, height: 37 });
    for (const x of [0, 20, 49]) expect(Math.abs(pixelAt(pixels, x, 10)[3]! - 64)).toBeLessThan(3);
  });

  it('of a few pixels of a huge mask holds', async () => {
    const size = { width: 20_000, height: 60 };
    const mask = aMask(size, (x, y) => x < 15_001 && y !== 30);
    const zoom = 40;
    const pixels = await cut({ mask }, [zoom, 0, 0, zoom, -14_999 * zoom, -29 * zoom], SHEET);
    expect(pixelAt(pixels, 79, 20)[3]).toBe(255);
    expect(pixelAt(pixels, 80, 20)[3]).toBe(0);
    expect(pixelAt(pixels, 10, 39)[3]).toBe(255);
    expect(pixelAt(pixels, 10, 40)[3]).toBe(0);
    expect(pixelAt(pixels, 10, 80)[3]).toBe(255);
  });

  it('can be had of everything that has an inside', () => {
    const whole = { polygon: null };
    for (const [, shape] of SHAPES) expect(hasInside({ ...whole, ...shape })).toBe(true);
    expect(hasInside({ ...whole, polyline: { points: LINE } })).toBe(false);
    expect(hasInside({ ...whole, points: { points: LINE, visibility: [2, 2, 2, 2] } })).toBe(false);
    expect(hasInside(whole)).toBe(false);
  });
});

function movedTo5([x, y]: Point): Point {
  return [5 * x, 5 * y];
}

function isWithin([x, y]: Point, { width, height }: Size): boolean {
  return x >= 0 && y >= 0 && x < width && y < height;
}
