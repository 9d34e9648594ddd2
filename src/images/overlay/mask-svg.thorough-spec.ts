import { describe, expect, it } from '@jest/globals';
import {
  cutOut,
  L_SHAPE,
  misplaced,
  SHEET,
  tracerHere,
  TRANSFORMS,
} from '../../../test/helpers/marks.js';
import type { Size } from '../../renditions/boxes.js';
import { pixelAt } from '../../../test/helpers/pictures.js';
import { maskSvg as maskSvgWith } from './mask-svg.js';
import type { Point, Shape, Transform } from './mark.js';

const maskSvg = (shape: Partial<Shape>, transform: Transform, size: Size) =>
  maskSvgWith({ polygon: null, ...shape }, transform, size, tracerHere);
const isOpaque = (pixel: number[]) => pixel[3] === 255;
const BOX: Point[] = [
  [40, 30],
  [150, 30],
  [150, 90],
  [40, 90],
];

describe('maskSvg', () => {
  it.each(TRANSFORMS)('cuts out the polygon, %s', async (_name, transform, size) => {
    const pixels = await cutOut(
      await maskSvg({ polygon: { points: L_SHAPE } }, transform, size),
      size,
    );
    expect(pixels).toMatchObject(size);
    expect(misplaced(pixels, L_SHAPE, transform, 1, isOpaque)).toBe(0);
  });

  it.each(TRANSFORMS)('cuts out a box of two corners, %s', async (_name, transform, size) => {
    for (const points of [
      [BOX[0]!, BOX[2]!],
      [BOX[1]!, BOX[3]!],
    ]) {
      const pixels = await cutOut(await maskSvg({ polygon: { points } }, transform, size), size);
      expect(misplaced(pixels, BOX, transform, 1, isOpaque)).toBe(0);
    }
  });

  it('leaves nothing outside, and the colours inside as they are', async () => {
    const mask = await maskSvg({ polygon: { points: L_SHAPE } }, [1, 0, 0, 1, 0, 0], SHEET);
    const pixels = await cutOut(mask, SHEET);
    expect(pixelAt(pixels, 10, 10)[3]).toBe(0);
    expect(pixelAt(pixels, 60, 40)).toEqual([0xcc, 0x44, 0, 255]);
  });

  it('gives a slanted edge alpha between nothing and all', async () => {
    const points: Point[] = [
      [0, 0],
      [200, 0],
      [0, 150],
    ];
    const pixels = await cutOut(
      await maskSvg({ polygon: { points } }, [1, 0, 0, 1, 0, 0], SHEET),
      SHEET,
    );
    const alphas = Array.from({ length: 150 }, (_, y) => pixelAt(pixels, 100, y)[3]!);
    expect(alphas.some((alpha) => alpha > 20 && alpha < 235)).toBe(true);
  });

  it('leaves all of the picture without a polygon, and nothing of one that is elsewhere', async () => {
    const whole = await cutOut(await maskSvg({}, [1, 0, 0, 1, 0, 0], SHEET), SHEET);
    expect(pixelAt(whole, 0, 0)[3]).toBe(255);
    expect(pixelAt(whole, 199, 149)[3]).toBe(255);
    const elsewhere = await maskSvg({ polygon: { points: L_SHAPE } }, [1, 0, 0, 1, 500, 0], SHEET);
    const { data, channels } = await cutOut(elsewhere, SHEET);
    expect(data.every((value, at) => at % channels !== 3 || value === 0)).toBe(true);
  });

  it('holds where a few pixels of a huge polygon are enlarged', async () => {
    const points: Point[] = [
      [-30_000, -30_000],
      [15_000.5, -30_000],
      [15_000.5, 30_000],
      [-30_000, 30_000],
    ];
    const zoom = 200;
    const mask = await maskSvg(
      { polygon: { points } },
      [zoom, 0, 0, zoom, -15_000 * zoom, 0],
      SHEET,
    );
    const pixels = await cutOut(mask, SHEET);
    expect(pixelAt(pixels, 98, 75)[3]).toBe(255);
    expect(pixelAt(pixels, 102, 75)[3]).toBe(0);
  });
});
