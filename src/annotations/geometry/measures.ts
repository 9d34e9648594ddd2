import { centroidOfBox, centroidOfLine, centroidOfRings, meanOf } from './centroid.js';
import {
  type Box,
  type Geometries,
  type Keypoints,
  labelledPoints,
  type Mask,
} from './geometry.js';
import { areaOf, boundsOf, type Point, type Polygon, ringsOf } from './polygon.js';
import { measuresOfRuns, runsOf } from './run-lengths.js';

/** What is measured of a geometry, in pixels. */
export interface GeometryMeasures {
  /** `[x, y, width, height]` of the smallest upright box around it; null if there is nothing. */
  bbox: [x: number, y: number, width: number, height: number] | null;
  /** Square pixels; null for what has no inside. */
  area: number | null;
  /** `[x, y]` of its middle: that of the area, of the line by its length, of the labelled points or of the pixels. */
  centroid: Point | null;
}

const NOTHING: GeometryMeasures = { bbox: null, area: null, centroid: null };

/** The measures of whichever geometry is there. What float64 cannot hold is given as the nearest that it can. */
export function measuresOfGeometry(of: Geometries): GeometryMeasures {
  if (of.polygon) return measuresOfPolygon(of.polygon);
  if (of.box) return measuresOfBox(of.box);
  if (of.polyline) return measuresOfLine(of.polyline.points);
  if (of.points) return measuresOfKeypoints(of.points);
  if (of.mask) return measuresOfMask(of.mask);
  return NOTHING;
}

function measuresOfPolygon(polygon: Polygon): GeometryMeasures {
  const rings = ringsOf(polygon);
  const [outer = [], ...holes] = rings;
  const bbox = boundsOf(outer);
  const area = holes.reduce((left, hole) => left - areaOf(hole), areaOf(outer));
  const [first, second] = outer;
  const isBox = outer.length === 2 && first && second;
  const centroid = isBox ? centroidOfBox(...first, ...second) : centroidOfRings(rings);
  return { bbox, area: Math.max(0, area), centroid };
}

function measuresOfBox({ x, y, width, height }: Box): GeometryMeasures {
  const area = finite(width * height);
  return {
    bbox: [x, y, width, height],
    area,
    centroid: [finite(x + width / 2), finite(y + height / 2)],
  };
}

function measuresOfLine(points: readonly Point[]): GeometryMeasures {
  return { bbox: boundsOf(points), area: null, centroid: centroidOfLine(points) };
}

function measuresOfKeypoints(keypoints: Keypoints): GeometryMeasures {
  const labelled = labelledPoints(keypoints);
  if (labelled.length === 0) return NOTHING;
  return { bbox: boundsOf(labelled), area: null, centroid: meanOf(labelled) };
}

function measuresOfMask(mask: Mask): GeometryMeasures {
  return measuresOfRuns(runsOf(mask), mask.size[0]);
}

function finite(value: number): number {
  return Math.min(value, Number.MAX_VALUE);
}
