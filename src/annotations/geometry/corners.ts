import type { Point } from './polygon.js';

const MIN_CORNERS = 3;

/** Where a ring repeats its neighbour so often that fewer than three corners are left; undefined if they are. */
export function tooFewCorners(
  points: readonly Point[],
): { index: number; detail: string } | undefined {
  // Each point that differs from the one before it (before the first comes the last) is a corner.
  const repeats = (index: number): boolean => isSame(points.at(index - 1), points[index]);
  const cornerCount = points.reduce((count, _, index) => count + (repeats(index) ? 0 : 1), 0);
  if (cornerCount >= MIN_CORNERS) return undefined;
  const repeated = points.findIndex(
    (point, index) => index > 0 && isSame(points[index - 1], point),
  );
  const detail =
    'repeats its neighbour, which leaves fewer than three corners: a ring has at least three';
  return { index: repeated < 0 ? points.length - 1 : repeated, detail };
}

/** An edge as sentences name it, by the number of the point that it starts from. */
export function edgeName(edge: number, pointCount: number): string {
  return `the edge from point ${edge} to ${(edge + 1) % pointCount}`;
}

function isSame(one: Point | undefined, other: Point | undefined): boolean {
  return one?.[0] === other?.[0] && one?.[1] === other?.[1];
}
