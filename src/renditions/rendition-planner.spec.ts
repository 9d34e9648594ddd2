import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '../../test/helpers/picture-files.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import type { Box } from './boxes.js';
import { planName } from './rendition-plan.js';
import { planRendition } from './rendition-planner.js';
import type { PlannedPicture, RenditionRequest } from './rendition-request.js';
import { RenditionTooLarge, ScaleTooLarge } from './rendition.errors.js';

const JPEG: PlannedPicture = { width: 4000, height: 3000, format: 'jpeg' };
const PNG: PlannedPicture = { ...JPEG, format: 'png' };
const PLACES = new Map<number, Box | null>([
  [3, { left: 100.5, top: 200, width: 50, height: 25.2 }],
  [4, null],
]);

function plan(request: RenditionRequest, picture = JPEG, accepted: string[] = []) {
  return planRendition(request, picture, { limits: LIMITS, accepted, places: PLACES });
}

function faultsOf(request: RenditionRequest, picture = JPEG): (string | undefined)[] {
  try {
    plan(request, picture);
    return [];
  } catch (error) {
    if (!(error instanceof InvalidRequest)) throw error;
    return error.faults.map(({ parameter }) => parameter);
  }
}

describe('the size of a rendition', () => {
  it.each<[RenditionRequest, [number, number]]>([
    [{ scale: 0.5 }, [2000, 1500]],
    [{ scale: 1e-9 }, [1, 1]],
    [{ scale: 0.1, dpr: 2 }, [800, 600]],
    [{ width: 1000 }, [1000, 750]],
    [{ height: 1000 }, [1333, 1000]],
    [{ width: 500, dpr: 2 }, [1000, 750]],
    [{ width: 400, height: 400 }, [400, 300]],
    [{ width: 400, height: 400, fit: 'outside' }, [533, 400]],
    [{ width: 400, height: 400, fit: 'cover' }, [400, 400]],
    [{ width: 400, height: 400, fit: 'contain' }, [400, 400]],
    [{ width: 400, height: 400, fit: 'fill' }, [400, 400]],
    [{ width: 5000 }, [4000, 3000]],
    [{ width: 5000, enlarge: true }, [5000, 3750]],
    [{ width: 5000, height: 5000, fit: 'cover' }, [3000, 3000]],
    [{ width: 5000, height: 5000, fit: 'contain' }, [5000, 5000]],
    [{ width: 5000, height: 100, fit: 'fill' }, [4000, 100]],
    [{ width: 300, rotate: 90 }, [300, 400]],
    [{ width: 400, height: 400, rotate: 270 }, [300, 400]],
    [{ scale: 0.5, rotate: 90 }, [1500, 2000]],
    [{ scale: 0.5, region: { left: 10, top: 20, width: 100, height: 60 } }, [50, 30]],
    [{ region: { annotation: 3 } }, [51, 26]],
    [{ region: { annotation: 3 }, pad: 10 }, [71, 46]],
    [{ region: { annotation: 3 }, pad: 20_000 }, [4000, 3000]],
    [{ mask: 3 }, [51, 26]],
  ])('asked for by %j is %j', (request, [width, height]) => {
    expect(plan(request).size).toEqual({ width, height });
  });

  it.each<[PlannedPicture, number]>([
    [JPEG, 2.041],
    [{ ...JPEG, width: 4096, height: 100 }, 2],
    [{ ...JPEG, width: 10_000 }, 0.8192],
    [{ ...JPEG, width: 1, height: 1 }, 7071],
    [{ ...JPEG, width: 7, height: 3 }, 1170],
  ])('of %j has a largest scale, %d, which is named', (picture, largest) => {
    const tooMuch = () => plan({ scale: largest * 1.01 }, picture);
    expect(tooMuch).toThrow(ScaleTooLarge);
    expect(tooMuch).toThrow(`The largest scale allowed for this picture is ${String(largest)}.`);
    expect(plan({ scale: largest }, picture)).toBeDefined();
  });

  it.each([0.5, 2, 8])('has a largest scale that works with dpr=%d', (dpr) => {
    const largest = Number((2.041 / dpr).toPrecision(4)) - 1e-3;
    expect(() => plan({ scale: 3 / dpr, dpr })).toThrow(/largest scale allowed/);
    try {
      plan({ scale: 3 / dpr, dpr });
    } catch (error) {
      const { largestScale } = error as ScaleTooLarge;
      expect(largestScale).toBeGreaterThan(largest);
      expect(plan({ scale: largestScale, dpr })).toBeDefined();
    }
  });

  it.each<[RenditionRequest, string, RegExp]>([
    [{ width: 401, height: 8193, fit: 'contain' }, 'height', /^at most 8192/],
    [{ width: 8193, height: 400, fit: 'contain' }, 'width', /^at most 8192/],
    [{ width: 8193, height: 8193, fit: 'contain' }, 'width', /^at most 8192/],
    [
      { width: 100, height: 8000, fit: 'cover', enlarge: true },
      'width',
      /^10667 × 8000 before it is cut, where there may be at most 8192/,
    ],
  ])('of %j is refused by the name of the side that is too large', (request, parameter, detail) => {
    try {
      plan(request);
      throw new Error('It was not refused.');
    } catch (error) {
      const faults = (error as RenditionTooLarge).faults;
      expect(faults).toEqual([{ parameter, detail: expect.stringMatching(detail) }]);
    }
  });

  it('is held to the limits also where it was asked for in pixels', () => {
    expect(() => plan({ width: 8193, enlarge: true })).toThrow(RenditionTooLarge);
    expect(() => plan({ height: 100, width: 9000, fit: 'contain' })).toThrow(/8192 pixels a side/);
  });
});

describe('a request that contradicts itself', () => {
  it.each<[RenditionRequest, string[]]>([
    [{ scale: 0.5, width: 100 }, ['scale']],
    [{ fit: 'cover' }, ['fit']],
    [{ scale: 0.5, enlarge: true, fit: 'fill' }, ['fit', 'enlarge']],
    [{ dpr: 2 }, ['dpr']],
    [{ pad: 5 }, ['pad']],
    [{ pad: 5, region: { left: 0, top: 0, width: 1, height: 1 } }, ['pad']],
    [{ region: { left: 3990, top: 0, width: 11, height: 1 } }, ['region']],
    [{ region: { annotation: 4 } }, ['region']],
    [{ mask: 4 }, ['mask']],
    [{ mask: 3, overlay: true }, ['overlay']],
    [{ mask: 3, format: 'jpeg' }, ['format']],
    [{ background: 'transparent' }, ['background']],
    [{ format: 'png', maxBytes: 1000 }, ['max_bytes']],
  ])('%j is refused by %j', (request, parameters) => {
    expect(faultsOf(request)).toEqual(parameters);
  });

  it.each<RenditionRequest>([
    { mask: 3, format: 'jpeg', background: [255, 255, 255] },
    { mask: 3, format: 'webp' },
    { background: 'transparent', format: 'png' },
    { maxBytes: 1000, quality: 80 },
  ])('%j is none', (request) => {
    expect(faultsOf(request)).toEqual([]);
  });
});

describe('the name of a rendition', () => {
  it.each<[RenditionRequest, RenditionRequest, PlannedPicture?]>([
    [{ scale: 0.25 }, { width: 1000 }],
    [{ scale: 0.25 }, { width: 1000, height: 750, fit: 'fill' }],
    [{ scale: 0.25 }, { height: 750, fit: 'cover', width: 1000 }],
    [{ scale: 0.25 }, { scale: 0.125, dpr: 2 }],
    [{ scale: 0.25 }, { scale: 0.25, quality: 75, rotate: 0 }],
    [{ scale: 0.25 }, { scale: 0.25, format: 'jpeg', background: [255, 255, 255] }],
    [{ scale: 0.25 }, { scale: 0.25, region: { left: 0, top: 0, width: 4000, height: 3000 } }],
    [{ scale: 0.25 }, { scale: 0.25, overlay: false }],
    [{ scale: 0.25 }, { scale: 0.25, quality: 20 }, PNG],
    [{ scale: 0.25 }, { scale: 0.25, background: 'transparent' }, PNG],
    [{ region: { annotation: 3 } }, { region: { left: 100, top: 200, width: 51, height: 26 } }],
  ])('is the same for %j and %j', (one, other, picture = JPEG) => {
    expect(planName(plan(one, picture))).toBe(planName(plan(other, picture)));
  });

  it('is another one for everything that can be seen', () => {
    const requests: RenditionRequest[] = [
      {},
      { scale: 0.5 },
      { quality: 74 },
      { rotate: 180 },
      { format: 'webp' },
      { format: 'png' },
      { overlay: true },
      { mask: 3, format: 'png' },
      { region: { annotation: 3 }, format: 'png' },
      { maxBytes: 100_000 },
      { width: 400, height: 400, fit: 'cover' },
      { width: 400, height: 400, fit: 'contain' },
      { width: 400, height: 400, fit: 'contain', background: [1, 2, 3] },
      { width: 400, height: 400, fit: 'fill' },
    ];
    const names = requests.map((request) => planName(plan(request)));
    expect(new Set(names).size).toBe(requests.length);
  });

  it('keeps a WebP that nobody asked for apart from one that was asked for: only the first stays lossless', () => {
    const webp: PlannedPicture = { ...JPEG, format: 'webp' };
    expect(planName(plan({ scale: 0.5 }, webp))).not.toBe(
      planName(plan({ scale: 0.5, format: 'webp' }, webp)),
    );
  });
});

describe('format=auto', () => {
  it.each<[string[], PlannedPicture, string]>([
    [['image/avif', 'image/webp', '*/*'], JPEG, 'avif'],
    [['image/webp', 'image/avif'], JPEG, 'webp'],
    [['image/webp', '*/*'], PNG, 'webp'],
    [['*/*'], JPEG, 'jpeg'],
    [[], PNG, 'png'],
    [['image/*'], { ...JPEG, format: 'tiff' }, 'png'],
    [['text/html'], { ...JPEG, format: 'gif' }, 'png'],
    [['*/*'], { ...JPEG, format: 'avif' }, 'jpeg'],
    [['image/jpeg', 'image/webp'], JPEG, 'jpeg'],
    [['image/png'], { ...JPEG, format: 'avif', isTransparent: true }, 'png'],
    [[], { ...JPEG, format: 'avif', isTransparent: true }, 'png'],
    [[], { ...JPEG, format: 'webp', isTransparent: true }, 'webp'],
  ])('for somebody who accepts %j of a picture like %j is %s', (accepted, picture, format) => {
    expect(plan({ format: 'auto' }, picture, accepted).format).toBe(format);
  });

  it.each<[RenditionRequest, PlannedPicture, string]>([
    [{ background: 'transparent' }, JPEG, 'png'],
    [{ mask: 3 }, JPEG, 'png'],
    [{ mask: 3, background: [0, 0, 0] }, JPEG, 'jpeg'],
    [{ maxBytes: 1000 }, PNG, 'jpeg'],
    [{ maxBytes: 1000 }, { ...JPEG, format: 'webp' }, 'webp'],
  ])('with %j of a picture like %j does what it must', (request, picture, format) => {
    expect(plan({ ...request, format: 'auto' }, picture).format).toBe(format);
  });
});
