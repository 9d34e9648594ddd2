import { describe, expect, it } from '@jest/globals';
import {
  drawnOnGrey,
  L_SHAPE,
  misplaced,
  SHEET,
  tracerHere,
  TRANSFORMS,
} from '../../../test/helpers/marks.js';
import type { Size } from '../../renditions/boxes.js';
import { pixelAt, type Pixels } from '../../../test/helpers/pictures.js';
import { colourOf } from './mark-colours.js';
import type { Mark, Point, Transform } from './mark.js';
import { overlaySvg as overlaySvgWith } from './overlay-svg.js';

const AS_IT_IS: Transform = [1, 0, 0, 1, 0, 0];
/** Large enough for text. */
const POSTER = { width: 1000, height: 750 };
const overlaySvg = (marks: Mark[], transform: Transform, size: Size) =>
  overlaySvgWith(marks, transform, size, tracerHere);
const isMarked = (pixel: number[]) => pixel.some((value) => Math.abs(value - 128) > 3);

function aMark(mark: Partial<Mark> = {}): Mark {
  return { index: 0, instrument: 'Clarinet', polygon: { points: L_SHAPE }, ...mark };
}

function aBox(left: number, top: number, right: number, bottom: number, mark: Partial<Mark> = {}) {
  const points: Point[] = [
    [left, top],
    [right, bottom],
  ];
  return aMark({ polygon: { points }, ...mark });
}

interface Rect {
  x: number;
  y: number;
  width: number;
  height: number;
}

function platesOf(svg: Buffer): Rect[] {
  const plates = svg.toString().matchAll(/<rect x="(.+?)" y="(.+?)" width="(.+?)" height="(.+?)"/g);
  return [...plates].map((found) => {
    const [x, y, width, height] = found.slice(1).map(Number);
    return { x: x!, y: y!, width: width!, height: height! };
  });
}

function darkPixels(pixels: Pixels, { x, y, width, height }: Rect): number {
  let dark = 0;
  for (let row = y + 2; row < y + height - 2; row += 1) {
    for (let column = x + 2; column < x + width - 2; column += 1) {
      const pixel = pixelAt(pixels, Math.floor(column), Math.floor(row));
      if (pixel.every((value) => value < 40)) dark += 1;
    }
  }
  return dark;
}

function distance(one: number[], other: number[]): number {
  return Math.hypot(...one.map((value, channel) => value - other[channel]!));
}

function rgbOf(colour: string): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

describe('overlaySvg', () => {
  it.each(TRANSFORMS)('draws the polygon where it belongs, %s', async (_name, transform, size) => {
    const pixels = await drawnOnGrey(await overlaySvg([aMark()], transform, size), size);
    expect(pixels).toMatchObject(size);
    // The outline is two pixels wide here, and its edge another.
    expect(misplaced(pixels, L_SHAPE, transform, 2, isMarked)).toBe(0);
  });

  it('draws a box of two corners, turned, as its four corners', async () => {
    const [, transform, size] = TRANSFORMS.find(([name]) => name === 'turned by 30°')!;
    const box = await overlaySvg([aBox(150, 90, 40, 30)], transform, size);
    const corners: Point[] = [
      [40, 30],
      [150, 30],
      [150, 90],
      [40, 90],
    ];
    const pixels = await drawnOnGrey(box, size);
    expect(misplaced(pixels, corners, transform, 2, isMarked)).toBe(0);
  });

  it('draws the outline in the colour of its instrument, with a dark edge', async () => {
    const svg = await overlaySvg([aBox(200, 200, 600, 500)], AS_IT_IS, POSTER);
    const pixels = await drawnOnGrey(svg, POSTER);
    const across = Array.from({ length: 12 }, (_, x) => pixelAt(pixels, 194 + x, 350));
    expect(across.some((pixel) => distance(pixel, rgbOf(colourOf('Clarinet'))) < 5)).toBe(true);
    expect(across.some((pixel) => pixel.every((value) => value < 70))).toBe(true);
  });

  it('draws smaller marks over larger ones, in whatever order they come', async () => {
    const small = aBox(200, 300, 500, 400, { instrument: 'Clarinet' });
    const large = aBox(200, 100, 900, 700, { index: 1, instrument: 'Trumpet' });
    const svg = await overlaySvg([small, large], AS_IT_IS, POSTER);
    expect(await overlaySvg([large, small], AS_IT_IS, POSTER)).toEqual(svg);
    const pixels = await drawnOnGrey(svg, POSTER);
    // Their left edges lie on each other.
    expect(distance(pixelAt(pixels, 199, 350), rgbOf(colourOf('Clarinet')))).toBeLessThan(40);
    expect(distance(pixelAt(pixels, 199, 550), rgbOf(colourOf('Trumpet')))).toBeLessThan(40);
  });

  it('names the mark in black on its colour, above it', async () => {
    const svg = await overlaySvg([aBox(300, 300, 600, 500)], AS_IT_IS, POSTER);
    const [plate] = platesOf(svg);
    expect(plate).toMatchObject({ x: 300 });
    expect(plate!.y + plate!.height).toBeCloseTo(300, 0);
    const pixels = await drawnOnGrey(svg, POSTER);
    expect(darkPixels(pixels, plate!)).toBeGreaterThan(80);
    const ground = pixelAt(pixels, plate!.x + 3, Math.floor(plate!.y) + 3);
    expect(distance(ground, rgbOf(colourOf('Clarinet')))).toBeLessThan(40);
  });

  it('lists what is about the whole picture in the corner, below each other', async () => {
    const marks = ['Clarinet', 'Oboe'].map((instrument, index) =>
      aMark({ index, instrument, polygon: null }),
    );
    const svg = await overlaySvg(marks, AS_IT_IS, POSTER);
    const [first, second] = platesOf(svg);
    expect(first).toMatchObject({ x: 0, y: 0 });
    expect(second).toMatchObject({ x: 0, y: first!.height });
    expect(darkPixels(await drawnOnGrey(svg, POSTER), second!)).toBeGreaterThan(40);
  });

  it('keeps every label inside of the picture and none over another', async () => {
    const marks = Array.from({ length: 300 }, (_, index) => {
      const [x, y] = [((index * 97) % 1100) - 50, ((index * 61) % 850) - 50];
      return aBox(x, y, x + 60, y + 40, { index, instrument: `Instrument ${index}`.repeat(20) });
    });
    const plates = platesOf(await overlaySvg(marks, AS_IT_IS, POSTER));
    expect(plates.length).toBeGreaterThan(20);
    for (const [at, { x, y, width, height }] of plates.entries()) {
      expect(x >= 0 && y >= 0 && x + width <= 1000 && y + height <= 750).toBe(true);
      const over = plates.slice(0, at).filter(
        (other) =>
          x < other.x + other.width &&
          other.x < x + width &&
          // Coordinates are written to a tenth of a pixel.
          y + 0.1 < other.y + other.height &&
          other.y + 0.1 < y + height,
      );
      expect(over).toEqual([]);
    }
  });

  it('has no label where text could not be read, or the mark not be seen', async () => {
    expect(platesOf(await overlaySvg([aMark()], AS_IT_IS, SHEET))).toEqual([]);
    expect(platesOf(await overlaySvg([aBox(300, 300, 304, 304)], AS_IT_IS, POSTER))).toEqual([]);
    expect(platesOf(await overlaySvg([aBox(2000, 300, 2400, 400)], AS_IT_IS, POSTER))).toEqual([]);
  });

  it('has labels from 450 x 450 pixels on, however they are shared out', async () => {
    const platesIn = async (width: number, height: number) =>
      platesOf(await overlaySvg([aMark()], AS_IT_IS, { width, height })).length;
    expect([await platesIn(450, 450), await platesIn(449, 450)]).toEqual([1, 0]);
    expect([await platesIn(552, 368), await platesIn(550, 368)]).toEqual([1, 0]);
  });

  it.each([
    ['markup', '<script>alert(1)</script>'],
    ['the end of CDATA', ']]>'],
    ['an entity', '&xxe; " onload="x'],
    ['Hebrew', 'שלום (אב)'],
    ['Arabic', 'سكين جراحي'],
    ['overrides of direction', '\u202eabc\u2066def'],
    ['emoji', '🎷👨‍👩‍👧'],
    ['half a character', '\ud83c'],
    ['control characters', 'a\u0001\u001b\n\tb'],
    ['a tower of accents', `Z${'\u0301'.repeat(254)}`],
    ['255 characters', 'W'.repeat(255)],
    ['255 characters of four bytes', '𒀀'.repeat(255)],
  ])('draws a label with %s, and writes nothing of it', async (_name, instrument) => {
    const marks = [aBox(300, 300, 600, 500, { instrument })];
    const svg = await overlaySvg(marks, AS_IT_IS, POSTER);
    expect(await overlaySvg(marks, AS_IT_IS, POSTER)).toEqual(svg);
    const text = svg.toString();
    const tags = new Set([...text.matchAll(/<([^\s/>]+)/g)].map(([, tag]) => tag));
    expect([...tags].sort()).toEqual(['defs', 'g', 'path', 'rect', 'svg', 'use']);
    expect(text.replaceAll(/ href="#g\d+"/g, '')).not.toContain('href');
    const [plate] = platesOf(svg);
    expect(darkPixels(await drawnOnGrey(svg, POSTER), plate!)).toBeGreaterThan(10);
  });

  it('stays small with 2,000 marks of 1,000 points', async () => {
    const points = Array.from({ length: 1_000 }, (_, at): Point => {
      const angle = (at / 1_000) * 2 * Math.PI;
      return [500 + 300 * Math.cos(angle), 375 + 300 * Math.sin(angle)];
    });
    const marks = Array.from({ length: 2000 }, (_, index) =>
      aMark({ index, instrument: `Instrument ${index}`, polygon: { points } }),
    );
    const svg = await overlaySvg(marks, AS_IT_IS, POSTER);
    expect(svg.length).toBeLessThan(4e6);
    await expect(drawnOnGrey(svg, POSTER)).resolves.toMatchObject(POSTER);
  });

  it('draws the box around a comb with more teeth than anybody sees', async () => {
    const teeth = Array.from({ length: 9998 }, (_, at): Point => [
      100 + at * 0.08,
      at % 4 < 2 ? 50 : 700,
    ]);
    const points: Point[] = [...teeth, [900, 740], [100, 740]];
    const svg = await overlaySvg([aMark({ polygon: { points } })], AS_IT_IS, POSTER);
    expect(svg.toString()).toContain('M100 50L900 50L900 740L100 740Z');
    expect(svg.length).toBeLessThan(20_000);
  });

  it('leaves a long outline its shape while many short ones need little', async () => {
    const short = Array.from({ length: 500 }, (_, index) => {
      const [x, y] = [(index % 25) * 40, Math.floor(index / 25) * 35];
      return aBox(x, y, x + 8, y + 8, { index });
    });
    const long = Array.from({ length: 100 }, (_, at): Point => {
      const angle = (at / 100) * 2 * Math.PI;
      const radius = at % 2 ? 300 : 200;
      return [500 + radius * Math.cos(angle), 375 + radius * Math.sin(angle)];
    });
    const marks = [...short, aMark({ index: 500, polygon: { points: long } })];
    const svg = (await overlaySvg(marks, AS_IT_IS, POSTER)).toString();
    const [path] = /<path d="[^"]+/.exec(svg)!;
    expect(path.split('L')).toHaveLength(100);
  });

  it('lets others have a turn while it reads many points', async () => {
    const points = Array.from({ length: 10_000 }, (_, at): Point => [at / 10, (at * at) % 700]);
    const marks = Array.from({ length: 20 }, (_, index) => aMark({ index, polygon: { points } }));
    let turns = 0;
    const count = setInterval(() => (turns += 1), 0);
    await overlaySvg(marks, AS_IT_IS, SHEET);
    clearInterval(count);
    expect(turns).toBeGreaterThan(0);
  });

  it('draws nothing without marks', async () => {
    const { data } = await drawnOnGrey(await overlaySvg([], AS_IT_IS, SHEET), SHEET);
    expect(data.every((value) => value === 128)).toBe(true);
  });
});
