import { type Box, type Geometries, type Keypoints, type Mask, type Polyline } from './geometry.js';
import { ringsOf } from './polygon.js';
import { outsideFaults, type PictureSize, MARGIN } from './polygon-geometry.js';
import { runsOf } from './run-lengths.js';
import { type GeometryFault, MAX_GEOMETRY_FAULTS } from './shape-faults.js';

/**
 * What is impossible about a geometry of the right shape in itself, wherever it lies, but for polygons, which
 * `polygonGeometryFaults` judges. Paths begin with the kind.
 */
export function ownFaultsOf({ polyline, mask }: Geometries): GeometryFault[] {
  if (polyline) return below('polyline', lineFaults(polyline));
  return mask ? below('mask', pixelFaults(mask)) : [];
}

/**
 * What of a geometry lies more than half a pixel outside of an upright picture; a mask must have its size. At most
 * 100 faults, whose paths begin with the kind.
 */
export function outsideFaultsOfGeometry(of: Geometries, size: PictureSize): GeometryFault[] {
  if (of.polygon) {
    if (of.polygon.points) return below('polygon', outsideFaults(of.polygon.points, size));
    const faults = ringsOf(of.polygon).flatMap((ring, place) =>
      outsideFaults(ring, size, ['rings', place]),
    );
    return below('polygon', faults.slice(0, MAX_GEOMETRY_FAULTS));
  }
  if (of.box) return below('box', boxOutsideFaults(of.box, size));
  if (of.polyline) return below('polyline', outsideFaults(of.polyline.points, size));
  if (of.points) return below('points', keypointsOutsideFaults(of.points, size));
  return of.mask ? below('mask', sizeFaults(of.mask, size)) : [];
}

function below(kind: keyof Geometries, faults: readonly GeometryFault[]): GeometryFault[] {
  return faults.map(({ path, detail }) => ({ path: [kind, ...path], detail }));
}

function lineFaults({ points }: Polyline): GeometryFault[] {
  const [first] = points;
  if (points.some(([x, y]) => x !== first?.[0] || y !== first[1])) return [];
  return [{ path: ['points'], detail: 'must hold at least two points that differ' }];
}

function pixelFaults(mask: Mask): GeometryFault[] {
  // The first run is outside; only it may be empty, so that a second one has pixels.
  if (runsOf(mask).length > 1) return [];
  return [{ path: ['counts'], detail: 'make a mask without any pixel' }];
}

function boxOutsideFaults({ x, y, width, height }: Box, size: PictureSize): GeometryFault[] {
  return [
    ...sideFaults('x', x, 'width', width, size.width),
    ...sideFaults('y', y, 'height', height, size.height),
  ];
}

function sideFaults(start: string, from: number, side: string, length: number, limit: number) {
  const range = `from ${-MARGIN} to ${limit + MARGIN}`;
  if (from < -MARGIN || from > limit + MARGIN) {
    const detail = `must be ${range} to lie in the picture, not ${from}`;
    return [{ path: [start], detail }];
  }
  const end = from + length;
  if (end <= limit + MARGIN) return [];
  return [{ path: [side], detail: `must end at ${limit + MARGIN} at most, not at ${end}` }];
}

function keypointsOutsideFaults({ points, visibility }: Keypoints, size: PictureSize) {
  // Where a point is not labelled its place says nothing: COCO writes 0, 0.
  return outsideFaults(points, size, ['points'], (place) => visibility[place] !== 0);
}

function sizeFaults({ size }: Mask, { width, height }: PictureSize): GeometryFault[] {
  if (size[0] === height && size[1] === width) return [];
  const wanted = `[${height}, ${width}], the height and width of the upright picture`;
  return [{ path: ['size'], detail: `must be ${wanted}, not [${size.join(', ')}]` }];
}
