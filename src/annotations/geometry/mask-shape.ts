import { type GeometryFault, keyFaults, MAX_GEOMETRY_FAULTS } from './shape-faults.js';
import { runsOfText } from './run-lengths.js';

/** Longest side of a mask, in pixels. */
export const MAX_MASK_SIDE = 65_535;
/** Most characters of COCO's compressed text. */
export const MAX_MASK_TEXT = 500_000;

/** What a mask may be. */
export interface MaskLimits {
  /** Of its whole size. */
  readonly maxPixels: number;
  /** Of a list; text is bounded by its length. */
  readonly maxRuns: number;
}

/**
 * What keeps a value from being a mask: `{ size: [height, width], counts }` whose runs, as a list or as COCO's
 * compressed text, add up to the pixels of its size; only the first may be 0.
 */
export function maskShapeFaults(value: unknown, limits: MaskLimits): GeometryFault[] {
  const keys = keyFaults(value, 'a mask', ['size', 'counts']);
  if (!keys.fields)
    return [{ path: [], detail: 'must be an object with the keys "size" and "counts"' }];
  const { size, counts } = keys.fields;
  const ofSize = sizeFaults(size, limits.maxPixels);
  const pixels = ofSize.length === 0 ? productOf(size as [number, number]) : undefined;
  return [...keys.faults, ...ofSize, ...countsFaults(counts, pixels, limits)].slice(
    0,
    MAX_GEOMETRY_FAULTS,
  );
}

function productOf([height, width]: readonly [number, number]): number {
  return height * width;
}

function sizeFaults(size: unknown, maxPixels: number): GeometryFault[] {
  const path = ['size'];
  if (size === undefined) return [{ path, detail: 'is required' }];
  if (!Array.isArray(size) || size.length !== 2)
    return [{ path, detail: 'must be [height, width]: exactly two integers' }];
  const faults = size.flatMap((side: unknown, place) =>
    isSide(side)
      ? []
      : [{ path: ['size', place], detail: `must be an integer from 1 to ${MAX_MASK_SIDE}` }],
  );
  if (faults.length > 0) return faults;
  const pixels = productOf(size as [number, number]);
  if (pixels <= maxPixels) return [];
  return [{ path, detail: `must have at most ${maxPixels} pixels, not ${pixels}` }];
}

function isSide(side: unknown): boolean {
  return Number.isInteger(side) && Number(side) >= 1 && Number(side) <= MAX_MASK_SIDE;
}

function countsFaults(
  counts: unknown,
  pixels: number | undefined,
  { maxRuns }: MaskLimits,
): GeometryFault[] {
  const fault = (detail: string): GeometryFault[] => [{ path: ['counts'], detail }];
  if (counts === undefined) return fault('is required');
  if (typeof counts === 'string') {
    if (counts.length > MAX_MASK_TEXT)
      return fault(`must have at most ${MAX_MASK_TEXT} characters, not ${counts.length}`);
    const runs = runsOfText(counts);
    if (!runs) return fault("must be a list of integers or COCO's compressed text of one");
    const [first] = runFaults(runs);
    if (first) return fault(`stands for a list whose number ${first.place} ${first.detail}`);
    return sumFaults(runs, pixels);
  }
  if (!Array.isArray(counts))
    return fault("must be a list of integers or COCO's compressed text of one");
  if (counts.length > maxRuns)
    return fault(`must hold at most ${maxRuns} numbers, not ${counts.length}: use text for more`);
  const faults = runFaults(counts);
  if (faults.length === 0) return sumFaults(counts as number[], pixels);
  return faults.map(({ place, detail }) => ({ path: ['counts', place], detail }));
}

function runFaults(runs: readonly unknown[]): { place: number; detail: string }[] {
  const faults: { place: number; detail: string }[] = [];
  for (let place = 0; place < runs.length && faults.length < MAX_GEOMETRY_FAULTS; place += 1) {
    const run = runs[place];
    if (!Number.isSafeInteger(run) || Number(run) < 0)
      faults.push({ place, detail: 'must be an integer of at least 0' });
    else if (run === 0 && place > 0)
      faults.push({ place, detail: 'must be above 0: only the first may be 0' });
  }
  return faults;
}

function sumFaults(runs: readonly number[], pixels: number | undefined): GeometryFault[] {
  if (pixels === undefined) return [];
  const sum = runs.reduce((total, run) => total + run, 0);
  if (sum === pixels) return [];
  const detail = `must add up to the ${pixels} pixels of the size, not to ${sum}`;
  return [{ path: ['counts'], detail }];
}
