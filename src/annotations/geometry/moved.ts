import { type Affine, applied } from '../../renditions/affine.js';
import type { Box, Geometries } from './geometry.js';
import type { Point, Polygon } from './polygon.js';

/**
 * Geometries in the coordinates of a rendition, whose transform keeps upright what is upright; but for masks, which
 * have pixels and no coordinates.
 */
export function movedGeometries(of: Geometries, transform: Affine): Geometries {
  const move = (points: readonly Point[]) => points.map((point) => applied(transform, point));
  return {
    polygon: of.polygon && movedPolygon(of.polygon, move),
    box: of.box && movedBox(of.box, transform),
    polyline: of.polyline && { points: move(of.polyline.points) },
    points: of.points && { ...of.points, points: move(of.points.points) },
    mask: of.mask,
  };
}

function movedPolygon(
  { points, rings }: Polygon,
  move: (points: readonly Point[]) => Point[],
): Polygon {
  return points ? { points: move(points) } : { rings: rings.map(move) };
}

// Renditions are turned by quarters only, so that a box stays one.
function movedBox({ x, y, width, height }: Box, transform: Affine): Box {
  const [one, other] = [applied(transform, [x, y]), applied(transform, [x + width, y + height])];
  const [left, top] = [Math.min(one[0], other[0]), Math.min(one[1], other[1])];
  return {
    x: left,
    y: top,
    width: Math.max(one[0], other[0]) - left,
    height: Math.max(one[1], other[1]) - top,
  };
}
