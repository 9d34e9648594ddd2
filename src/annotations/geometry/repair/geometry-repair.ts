import type { Box, Geometries } from '../geometry.js';
import { outsideFaultsOfGeometry } from '../kind-faults.js';
import { MARGIN, type PictureSize } from '../polygon-geometry.js';
import { clamped, type Clamped, nearest } from './clamping.js';
import type { GeometryRepair, Repaired } from './polygon-repair.js';
import { REACH } from './reach.js';

/**
 * Repairs what there is to repair about a geometry that is no polygon: parts that lie outside of the picture by no
 * more than half a pixel are moved to its margin. Paths begin with the kind.
 */
export function clampedGeometry<T extends Geometries>(
  content: T,
  size: PictureSize | undefined,
): Repaired<T> {
  const repaired = clampedParts(content, size);
  // Whole or not at all: then all of its faults are told.
  const isInside = !size || outsideFaultsOfGeometry(repaired.geometry, size).length === 0;
  return isInside ? repaired : { geometry: content, repairs: [] };
}

function clampedParts<T extends Geometries>(
  content: T,
  size: PictureSize | undefined,
): Repaired<T> {
  const { polyline, points: keypoints, box } = content;
  if (box && size) return ofBox(content, box, size);
  if (polyline) {
    const { points, moved } = clamped(polyline.points, size);
    if (moved.length > 0)
      return { geometry: { ...content, polyline: { points } }, repairs: below('polyline', moved) };
  }
  if (keypoints) {
    // Where a point is not labelled its place says nothing.
    const isLabelled = (place: number) => keypoints.visibility[place] !== 0;
    const { points, moved } = clamped(keypoints.points, size, isLabelled);
    const geometry = { ...content, points: { ...keypoints, points } };
    if (moved.length > 0) return { geometry, repairs: below('points', moved) };
  }
  return { geometry: content, repairs: [] };
}

function ofBox<T extends Geometries>(content: T, box: Box, size: PictureSize): Repaired<T> {
  const [x, width] = clampedSide(box.x, box.width, size.width);
  const [y, height] = clampedSide(box.y, box.height, size.height);
  const sides = { x, y, width, height };
  const names = (['x', 'y', 'width', 'height'] as const).filter(
    (name) => sides[name] !== box[name],
  );
  if (names.length === 0 || width <= 0 || height <= 0) return { geometry: content, repairs: [] };
  const repairs = names.map((name) => ({
    path: ['box', name],
    action: 'clamped' as const,
    detail: `made the box end outside of the picture: ${sides[name]} instead of ${box[name]}`,
  }));
  return { geometry: { ...content, box: sides }, repairs };
}

/** Where a side of a box begins and how long it is; as it was, where an end is too far away to be moved. */
function clampedSide(start: number, side: number, length: number): [start: number, side: number] {
  const end = start + side;
  const [from, to] = [nearest(start, length), nearest(end, length)];
  if (Math.abs(from - start) > REACH || Math.abs(to - end) > REACH) return [start, side];
  if (from === start && to === end) return [start, side];
  // Rounding must not leave the end outside by its last digit.
  const rest = to - from;
  return [from, from + rest > length + MARGIN ? rest - Number.EPSILON * length : rest];
}

function below(kind: 'polyline' | 'points', moved: Clamped['moved']): GeometryRepair[] {
  return moved.map(({ place, detail }) => ({
    path: [kind, 'points', place],
    action: 'clamped' as const,
    detail,
  }));
}
