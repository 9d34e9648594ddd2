import { describe, expect, it } from '@jest/globals';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { planName } from '../../renditions/rendition-plan.js';
import { planRendition } from '../../renditions/rendition-planner.js';
import type { RenditionRequest } from '../../renditions/rendition-request.js';
import { type ImageParameters, planImage } from './image-request.js';

// https://iiif.io/api/image/3.0/#4-image-requests
const PICTURE = { width: 300, height: 200 };
const LIMITS = { maxOutputSide: 1_000, maxPixels: 500_000 };

describe('the region of an image request', () => {
  it.each([
    ['full', [0, 0, 300, 200]],
    ['square', [50, 0, 200, 200]],
    ['0,0,300,200', [0, 0, 300, 200]],
    ['125,15,120,140', [125, 15, 120, 140]],
    ['125,15,200,200', [125, 15, 175, 185]],
    ['299,199,1,1', [299, 199, 1, 1]],
    ['0,0,999999999,999999999', [0, 0, 300, 200]],
    ['pct:41.6,7.5,40,70', [125, 15, 120, 140]],
    ['pct:41.6,7.5,66.6,100', [125, 15, 175, 185]],
    ['pct:0,0,100,100', [0, 0, 300, 200]],
    ['pct:.5,0,.5,50', [2, 0, 1, 100]],
    ['pct:50,50,500,500', [150, 100, 150, 100]],
  ])('%s is %p', (region, [left, top, width, height]) => {
    expect(plan({ region }).region).toEqual({ left, top, width, height });
  });

  it.each([
    ['300,0,10,10', /has no pixel of the picture, which has 300 × 200/],
    ['0,200,10,10', /has no pixel/],
    ['0,0,0,10', /has no pixel/],
    ['0,0,10,0', /has no pixel/],
    ['pct:100,0,10,10', /has no pixel/],
    ['pct:0,0,0,10', /has no pixel/],
    ['pct:0,0,0.1,10', /has no pixel/],
    ['-1,0,10,10', /must be full, square/],
    ['1.5,0,10,10', /must be/],
    ['0,0,10', /must be/],
    ['0,0,10,10,10', /must be/],
    ['pct:-1,0,10,10', /must be/],
    ['pct:0,0,1e2,10', /must be/],
    ['pct:0,0,+1,10', /must be/],
    ['pct:10,10', /must be/],
    ['Full', /must be/],
    ['', /must be/],
    ['0x1,0,1,1', /must be/],
    ['٣,0,1,1', /must be/],
  ])('%s is refused', (region, detail) => {
    expectRefusal({ region }, 'region', detail);
  });

  it('in percent leaves no gap between neighbours', () => {
    const thirds = [0, 33.3, 66.6].map((left) => plan({ region: `pct:${left},0,33.3,100` }).region);
    expect(thirds[1]!.left).toBe(thirds[0]!.left + thirds[0]!.width);
    expect(thirds[2]!.left).toBe(thirds[1]!.left + thirds[1]!.width);
  });

  it('is square in the middle of a portrait', () => {
    const { region } = planImage(
      parameters({ region: 'square' }),
      { width: 3, height: 8 },
      LIMITS,
    ).plan;
    expect(region).toEqual({ left: 0, top: 2, width: 3, height: 3 });
  });
});

describe('the size of an image request', () => {
  it.each([
    ['max', [300, 200]],
    ['^max', [866, 577]],
    ['150,', [150, 100]],
    ['300,', [300, 200]],
    ['^360,', [360, 240]],
    ['^150,', [150, 100]],
    [',150', [225, 150]],
    ['^,240', [360, 240]],
    ['pct:50', [150, 100]],
    ['pct:100', [300, 200]],
    ['pct:33.333', [100, 67]],
    ['^pct:120', [360, 240]],
    ['^pct:50', [150, 100]],
    ['225,100', [225, 100]],
    ['^360,360', [360, 360]],
    ['^100,360', [100, 360]],
    ['!225,100', [150, 100]],
    ['!300,900', [300, 200]],
    ['!999999999,200', [300, 200]],
    ['^!360,360', [360, 240]],
    ['^!150,900', [150, 100]],
    ['^!9000,9000', [866, 577]],
    ['1,', [1, 1]],
  ])('%s makes %p of 300 × 200', (size, [width, height]) => {
    const { scaled, size: result, frame } = plan({ size });
    expect([scaled, result, frame]).toEqual([
      { width, height },
      { width, height },
      { left: 0, top: 0, width, height },
    ]);
  });

  it.each([
    ['301,', /larger than the region, which has 300 × 200 pixels: only \^ enlarges/],
    [',201', /larger than the region/],
    ['301,200', /larger than the region/],
    ['300,201', /larger than the region/],
    ['pct:100.5', /larger than the region/],
    ['!301,201', /larger than the region/],
    ['!2000,3000', /larger than the region/],
    ['0,', /leaves no pixel/],
    [',0', /leaves no pixel/],
    ['0,0', /leaves no pixel/],
    ['!0,10', /leaves no pixel/],
    ['pct:0', /leaves no pixel/],
    ['pct:0.01', /leaves no pixel/],
    ['^1001,', /at most 1000 pixels a side and 500000 in all/],
    ['^,1001', /at most/],
    ['^pct:400', /at most/],
    ['^900,900', /at most/],
    ['full', /must be max/],
    ['300', /must be max/],
    [',', /must be max/],
    ['-1,', /must be max/],
    ['1.5,', /must be max/],
    ['!300,', /must be max/],
    ['!,300', /must be max/],
    ['!max', /must be max/],
    ['!^3,3', /must be max/],
    ['^^max', /must be max/],
    ['pct:', /must be max/],
    ['pct:-1', /must be max/],
    ['^', /must be max/],
  ])('%s is refused of 300 × 200', (size, detail) => {
    expectRefusal({ size }, 'size', detail);
  });

  it('that the issue calls impossible is refused', () => {
    const ask = () =>
      planImage(parameters({ size: '!2000,3000' }), { width: 1_000, height: 1_000 }, LIMITS);
    expect(ask).toThrow(InvalidRequest);
  });

  it('is that of the region, not of the picture', () => {
    expect(plan({ region: '0,0,100,40', size: 'max' }).scaled).toEqual({ width: 100, height: 40 });
    expect(plan({ region: '0,0,100,40', size: 'pct:50' }).scaled).toEqual({
      width: 50,
      height: 20,
    });
    expectRefusal({ region: '0,0,100,40', size: '101,' }, 'size', /100 × 40/);
  });

  it.each([
    [{ width: 4_000, height: 1_000 }, [1_000, 250]],
    [{ width: 1_000, height: 1_000 }, [707, 707]],
    [{ width: 1_000, height: 500 }, [1_000, 500]],
    [{ width: 50_000, height: 3 }, [1_000, 1]],
  ])('max of %p is the largest within the limits', (picture, [width, height]) => {
    const { scaled } = planImage(parameters({ size: 'max' }), picture, LIMITS).plan;
    expect(scaled).toEqual({ width, height });
  });

  it('!w,h is never beyond the limits', () => {
    const picture = { width: 4_000, height: 4_000 };
    const { scaled } = planImage(parameters({ size: '!3000,3000' }), picture, LIMITS).plan;
    expect(scaled).toEqual({ width: 707, height: 707 });
  });
});

describe('the rotation of an image request', () => {
  it.each([
    ['0', false, 0, [300, 200]],
    ['90', false, 90, [200, 300]],
    ['180', false, 180, [300, 200]],
    ['270', false, 270, [200, 300]],
    ['360', false, 0, [300, 200]],
    ['!0', true, 0, [300, 200]],
    ['!180', true, 180, [300, 200]],
    ['22.5', false, 22.5, [354, 300]],
    ['!.5', true, 0.5, [302, 203]],
  ])('%s', (rotation, mirrored, turn, [width, height]) => {
    expect(plan({ rotation })).toMatchObject({ mirrored, turn, size: { width, height } });
  });

  it.each(['-90', '361', '360.1', '!', 'abc', '', '90!', '!!90', '1e1', '9 0'])(
    '%p is refused',
    (rotation) => expectRefusal({ rotation }, 'rotation', /must be 0 to 360/),
  );

  it('is refused when the turned picture would be beyond the limits', () => {
    const ask = { rotation: '45', size: '^800,' };
    expectRefusal(ask, 'rotation', /942 × 943|943 × 943/);
    expect(plan({ ...ask, rotation: '90' }).size).toEqual({ width: 533, height: 800 });
  });
});

describe('quality and format of an image request', () => {
  it.each([
    ['default', 'color'],
    ['color', 'color'],
    ['gray', 'gray'],
    ['bitonal', 'bitonal'],
  ])('%s is %s', (quality, colours) => {
    expect(plan({ quality }).colours).toBe(colours);
  });

  it.each([
    ['jpg', 'jpeg', 75],
    ['png', 'png', null],
    ['webp', 'webp', 75],
    ['tif', 'tiff', null],
    ['gif', 'gif', null],
    ['avif', 'avif', 75],
  ])('%s is %s of quality %p', (name, format, quality) => {
    expect(plan({ format: name })).toMatchObject({ format, quality, keepsLossless: false });
  });

  it.each(['grey', 'native', 'Default', ''])('the quality %p is refused', (quality) =>
    expectRefusal({ quality }, 'quality', /must be one of default, color, gray, bitonal/),
  );
  it.each(['jp2', 'pdf', 'jpeg', 'JPG', 'tiff', 'txt', ''])('the format %p is refused', (format) =>
    expectRefusal({ format }, 'format', /must be one of jpg, png, webp, tif, gif, avif/),
  );
});

describe('an image request', () => {
  it('is told all of its malformed parameters at once', () => {
    const bad = { region: 'a', size: 'b', rotation: 'c', quality: 'd', format: 'e' };
    expect(faultsOf(bad).map(({ parameter }) => parameter)).toEqual(Object.keys(bad));
  });

  it.each<[Partial<ImageParameters>, RenditionRequest]>([
    [{}, { format: 'jpeg' }],
    [{ size: '150,' }, { format: 'jpeg', width: 150 }],
    [
      { size: 'pct:50', format: 'webp' },
      { format: 'webp', scale: 0.5 },
    ],
    [
      { size: '!200,100', format: 'png' },
      { format: 'png', width: 200, height: 100 },
    ],
    [
      { size: '^600,', format: 'avif' },
      { format: 'avif', width: 600, enlarge: true },
    ],
    [{ size: '30,90' }, { format: 'jpeg', width: 30, height: 90, fit: 'fill' }],
    [
      { region: '10,20,100,50', size: 'max', rotation: '90' },
      { format: 'jpeg', region: { left: 10, top: 20, width: 100, height: 50 }, rotate: 90 },
    ],
  ])('%j names the same rendition as %j of our own API', (iiif, own) => {
    const circumstances = { limits: LIMITS, accepted: [], places: new Map() };
    const picture = { ...PICTURE, format: 'jpeg' as const };
    expect(planName(plan(iiif))).toBe(planName(planRendition(own, picture, circumstances)));
  });
});

describe('the canonical form', () => {
  it.each<[Partial<ImageParameters>, string]>([
    [{}, 'full/max/0/default.jpg'],
    [{ region: '0,0,300,200', size: '300,' }, 'full/max/0/default.jpg'],
    [{ region: '0,0,400,400', size: '!300,200' }, 'full/max/0/default.jpg'],
    [{ region: 'square', size: 'pct:50' }, '50,0,200,200/100,100/0/default.jpg'],
    [{ region: 'pct:50,50,50,50', size: ',50' }, '150,100,150,100/75,50/0/default.jpg'],
    [{ size: '150,' }, 'full/150,100/0/default.jpg'],
    [{ size: '^150,' }, 'full/150,100/0/default.jpg'],
    [{ size: '^360,' }, 'full/%5E360,240/0/default.jpg'],
    [{ size: '^100,360' }, 'full/%5E100,360/0/default.jpg'],
    [{ size: '^max' }, 'full/%5Emax/0/default.jpg'],
    [{ size: '^!9000,9000' }, 'full/%5Emax/0/default.jpg'],
    [{ size: '^max', region: '0,0,1,1' }, '0,0,1,1/%5Emax/0/default.jpg'],
    [{ rotation: '360' }, 'full/max/0/default.jpg'],
    [{ rotation: '!00090.0' }, 'full/max/!90/default.jpg'],
    [{ rotation: '.50' }, 'full/max/0.5/default.jpg'],
    [{ rotation: '0.0000001' }, 'full/max/0.0000001/default.jpg'],
    [{ quality: 'color', format: 'tif' }, 'full/max/0/default.tif'],
    [{ quality: 'gray', format: 'png' }, 'full/max/0/gray.png'],
  ])('of %j is %s', (given, canonical) => {
    expect(planImage(parameters(given), PICTURE, LIMITS).canonicalPath).toBe(canonical);
  });

  it('means the same rendition, and is its own canonical form', () => {
    for (const size of ['^max', '^360,', 'pct:33', '!50,50'])
      for (const region of ['full', 'square', 'pct:10,10,33,33']) {
        const first = planImage(parameters({ size, region, rotation: '!90.0' }), PICTURE, LIMITS);
        const [again, canonical] = first.canonicalPath.split('/').map(decodeURIComponent);
        const second = planImage(
          parameters({ region: again!, size: canonical!, rotation: '!90' }),
          PICTURE,
          LIMITS,
        );
        expect(planName(second.plan)).toBe(planName(first.plan));
        expect(second.canonicalPath).toBe(first.canonicalPath);
      }
  });
});

function parameters(given: Partial<ImageParameters>): ImageParameters {
  return {
    region: 'full',
    size: 'max',
    rotation: '0',
    quality: 'default',
    format: 'jpg',
    ...given,
  };
}

function plan(given: Partial<ImageParameters>) {
  return planImage(parameters(given), PICTURE, LIMITS).plan;
}

function faultsOf(given: Partial<ImageParameters>) {
  try {
    plan(given);
  } catch (error) {
    if (error instanceof InvalidRequest) return error.faults;
    throw error;
  }
  throw new Error(`${JSON.stringify(given)} was not refused.`);
}

function expectRefusal(given: Partial<ImageParameters>, parameter: string, detail: RegExp): void {
  expect(faultsOf(given)).toEqual([{ parameter, detail: expect.stringMatching(detail) }]);
}
