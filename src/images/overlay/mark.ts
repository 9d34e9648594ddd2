/** x, y; (0, 0) is the outer corner of the top left pixel. */
export type Point = readonly [x: number, y: number];

/**
 * `points`: at least three, or two opposite corners of a box. Or `rings`: the outer one and then holes, of at least
 * three points each.
 */
export interface Polygon {
  readonly points?: readonly Point[] | undefined;
  readonly rings?: readonly (readonly Point[])[] | undefined;
}

/** Left and top edge and the size. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** An open line. */
export interface Polyline {
  readonly points: readonly Point[];
}

/** `visibility`: 0 says that the place means nothing, 1 hidden, 2 visible. */
export interface Keypoints {
  readonly points: readonly Point[];
  readonly visibility: readonly number[];
}

/** Single pixels, as COCO's run-length encoding has them. */
export interface PixelMask {
  readonly size: readonly [height: number, width: number];
  readonly counts: readonly number[] | string;
}

/** Where a mark is, in pixels of the upright picture: at most one is not null. */
export interface Shape {
  readonly polygon: Polygon | null;
  readonly box?: Box | null;
  readonly polyline?: Polyline | null;
  readonly points?: Keypoints | null;
  readonly mask?: PixelMask | null;
}

/** An annotation as it is drawn; without any shape it is about the whole picture. */
export interface Mark extends Shape {
  /** Its place in the list of annotations. */
  index: number;
  instrument: string;
}

/** How exactly outlines of masks are wanted. */
export interface TracingLimits {
  /** What of the upright picture is seen, in whole pixels: outside of it there is nothing. */
  window: { left: number; top: number; right: number; bottom: number };
  /** Pixels of a side of cells that nobody can tell apart. */
  cell: number;
  /** Of all outlines together, about. */
  corners: number;
}

/** Finds the outlines of masks. */
export interface MaskTracer {
  /** In the order of the masks. */
  trace(masks: readonly PixelMask[], limits: TracingLimits): Promise<readonly TracedRings[]>;
  /** As data of an SVG path. */
  path(mask: PixelMask, limits: TracingLimits): Promise<string>;
}

/** Closed rings of whole pixels, to be filled by the even-odd rule. */
export interface TracedRings {
  /** x, y, x, y, … */
  readonly corners: Int32Array;
  /** How many numbers of `corners` there are up to the end of each ring. */
  readonly ends: Int32Array;
  /** Square pixels inside, seen or not. */
  readonly area: number;
}

/** a, b, c, d, e, f of SVG and CSS: x' = a x + c y + e, y' = b x + d y + f. */
export type Transform = readonly [a: number, b: number, c: number, d: number, e: number, f: number];

/** Whether a mark is about the whole picture. */
export function isOfWhole({ polygon, box, polyline, points, mask }: Shape): boolean {
  return !(polygon ?? box ?? polyline ?? points ?? mask);
}

/** The rings of a polygon. A box of two corners is first all four: turned, it is no box of two any more. */
export function ringsOf({ points, rings }: Polygon): readonly (readonly Point[])[] {
  if (rings) return rings;
  const [first, second] = points ?? [];
  if (points?.length === 2 && first && second)
    return [[first, [second[0], first[1]], second, [first[0], second[1]]]];
  return points ? [points] : [];
}

/** The corners of a box, clockwise. */
export function cornersOfBox({ x, y, width, height }: Box): readonly Point[] {
  return [
    [x, y],
    [x + width, y],
    [x + width, y + height],
    [x, y + height],
  ];
}
