import { type Affine, applied } from '../../renditions/affine.js';
import type { Box, Geometries, Keypoints } from './geometry.js';
import type { Point, Polygon } from './polygon.js';

/**
 * Geometries in the coordinates of a rendition, whose transform keeps upright what is upright; but for masks, which
 * have pixels and no coordinates.
 */
export function movedGeometries(of: Geometries, transform: Affine): Geometries {
  const move = (points: readonly Point[]) => points.map((point) => moved(transform, point));
  return {
    polygon: of.polygon && movedPolygon(of.polygon, move),
    box: of.box && movedBox(of.box, transform),
    polyline: of.polyline && { points: move(of.polyline.points) },
    points: of.points && movedKeypoints(of.points, transform),
    mask: of.mask,
  };
}

// What float64 cannot hold is given as the nearest that it can, because JSON has no infinity.
function moved(transform: Affine, point: Point): Point {
  const [x, y] = applied(transform, point);
  return [held(x), held(y)];
}

function held(value: number): number {
  return Math.max(-Number.MAX_VALUE, Math.min(Number.MAX_VALUE, value));
}

function movedPolygon(
  { points, rings }: Polygon,
  move: (points: readonly Point[]) => Point[],
): Polygon {
  return points ? { points: move(points) } : { rings: rings.map(move) };
}

// One that is not labelled has no place: COCO's readers know it by its zeros.
function movedKeypoints({ points, visibility }: Keypoints, transform: Affine): Keypoints {
  const isLabelled = (place: number) => visibility[place] !== 0;
  return {
    points: points.map((point, at) => (isLabelled(at) ? moved(transform, point) : point)),
    visibility,
  };
}

// Renditions are turned by quarters only, so that a box stays one.
function movedBox({ x, y, width, height }: Box, transform: Affine): Box {
  const [one, other] = [moved(transform, [x, y]), moved(transform, [x + width, y + height])];
  const [left, top] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
  return {
    x: left,
    y: top,
    // Beside its place a side may be too short for float64; it is not nothing for that.
    width: held(Math.max(one[0], other[0]) - left) || Number.MIN_VALUE,
    height: held(Math.max(one[1], other[1]) - top) || Number.MIN_VALUE,
  };
}
