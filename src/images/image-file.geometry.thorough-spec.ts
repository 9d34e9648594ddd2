import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { drawMarkers, MARKER_RADIUS, markersIn, type Place } from '../../test/helpers/markers.js';
import { LIMITS, PictureFiles } from '../../test/helpers/picture-files.js';
import { pixelsOf } from '../../test/helpers/pictures.js';
import { applied, transformOf, turnedSize } from '../renditions/affine.js';
import { FITS } from '../renditions/fit.js';
import type { RenditionPlan } from '../renditions/rendition-plan.js';
import { planRendition } from '../renditions/rendition-planner.js';
import type { RenditionRequest } from '../renditions/rendition-request.js';
import { ImageFileService } from './image-file.service.js';

const SIZE = { width: 200, height: 120 };
const PLACES: readonly Place[] = [
  [38, 29],
  [102, 59],
  [163, 92],
];
const CIRCUMSTANCES = { limits: LIMITS, accepted: [], places: new Map() };
const REGION = { left: 15, top: 9, width: 171, height: 101 };
const ROTATIONS = [0, 90, 180, 270] as const;

const service = new ImageFileService(LIMITS);
let files: PictureFiles;

beforeAll(async () => {
  files = await PictureFiles.create();
});
afterAll(() => files.remove());

/** Requests that differ in everything that moves pixels. */
const REQUESTS: RenditionRequest[] = ROTATIONS.flatMap((rotate) => [
  { rotate, scale: 0.5 },
  { rotate, scale: 0.37 },
  { rotate, scale: 1.6 },
  { rotate, scale: 0.6, region: REGION },
  ...FITS.map((fit) => ({ rotate, fit, width: 75, height: 65 })),
  ...FITS.map((fit) => ({ rotate, fit, width: 65, height: 75, region: REGION })),
  { rotate, fit: 'contain' as const, width: 260, height: 250 },
  { rotate, fit: 'cover' as const, width: 260, height: 300, enlarge: true },
  { rotate, fit: 'fill' as const, width: 260, height: 61, enlarge: true },
  { rotate, fit: 'fill' as const, width: 61, height: 260, enlarge: true },
]);

/** How far the markers that the rendition shows whole lie from where its transform says, in pixels. */
async function errorsOf(picture: Buffer, plan: RenditionPlan, places = PLACES): Promise<number[]> {
  const transform = transformOf(plan);
  const [a, b, c, d] = transform;
  const reach = MARKER_RADIUS * (Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(d)) + 1;
  const found = await markersIn(picture);
  const errors: number[] = [];
  for (const [channel, place] of places.entries()) {
    const [x, y] = applied(transform, place);
    const isWhole =
      x > reach && y > reach && x < plan.size.width - reach && y < plan.size.height - reach;
    const inRegion =
      place[0] - MARKER_RADIUS > plan.region.left &&
      place[0] + MARKER_RADIUS < plan.region.left + plan.region.width &&
      place[1] - MARKER_RADIUS > plan.region.top &&
      place[1] + MARKER_RADIUS < plan.region.top + plan.region.height;
    if (!isWhole || !inRegion) continue;
    const [foundX, foundY] = found[channel] ?? [NaN, NaN];
    errors.push(Math.hypot(foundX - x, foundY - y));
  }
  return errors;
}

describe('coordinates of renditions', () => {
  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'fit the pixels of orientation %i to half a pixel, whatever is asked for',
    async (orientation) => {
      for (const format of ['png', 'jpeg'] as const) {
        const path = await files.put(await drawMarkers(format, SIZE, PLACES, orientation));
        const picture = await service.inspect(path);
        for (const request of REQUESTS) {
          const plan = planRendition(
            { ...request, format: 'png' },
            { ...SIZE, format },
            CIRCUMSTANCES,
          );
          const { data } = await service.render(path, picture, plan);
          const { width, height } = await pixelsOf(data);
          const errors = await errorsOf(data, plan);
          const told = JSON.stringify({ format, request });
          expect({ told, width, height }).toEqual({ told, ...plan.size });
          expect({ told, seen: errors.length > 0 }).toEqual({ told, seen: true });
          expect({ told, errors: errors.filter((error) => !(error <= 0.5)) }).toEqual({
            told,
            errors: [],
          });
        }
      }
    },
  );

  it.each([1, 3, 6, 8])(
    'fit the pixels of a JPEG of orientation %i whose sides no power of two divides',
    async (orientation) => {
      const size = { width: 401, height: 263 };
      const corners: Place[] = [
        [20, 20],
        [381, 20],
        [381, 243],
      ];
      const path = await files.put(await drawMarkers('jpeg', size, corners, orientation));
      const picture = await service.inspect(path);
      for (const width of [200, 133, 100, 78, 75, 72, 68, 50, 49])
        for (const rotate of [0, 180] as const) {
          const request = { width, rotate, format: 'png' as const };
          const plan = planRendition(request, { ...size, format: 'jpeg' }, CIRCUMSTANCES);
          const { data } = await service.render(path, picture, plan);
          const errors = await errorsOf(data, plan, corners);
          expect({ width, errors: errors.length }).toEqual({ width, errors: 3 });
          expect({ width, error: Math.max(...errors) < 0.5 }).toEqual({ width, error: true });
        }
    },
  );

  it.each([7, 30, 45, 101.5, 180, 222, 300.25])(
    'fit the pixels of a picture that is mirrored and turned by %d degrees',
    async (turn) => {
      const path = await files.put(await drawMarkers('png', SIZE, PLACES, 1));
      const picture = await service.inspect(path);
      for (const mirrored of [false, true]) {
        const scaled = { width: 100, height: 60 };
        const plan: RenditionPlan = {
          ...planRendition({ scale: 0.5 }, { ...SIZE, format: 'png' }, CIRCUMSTANCES),
          mirrored,
          turn,
          size: turnedSize(scaled, turn),
        };
        const { data } = await service.render(path, picture, plan);
        expect(await pixelsOf(data)).toMatchObject(plan.size);
        const errors = await errorsOf(data, plan);
        expect(errors).toHaveLength(3);
        expect(Math.max(...errors)).toBeLessThanOrEqual(0.5);
      }
    },
  );
});
