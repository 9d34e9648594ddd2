import type { Size } from '../../renditions/boxes.js';
import {
  cornersOfBox,
  type Keypoints,
  type Point,
  ringsOf,
  type Shape,
  type Transform,
} from './mark.js';
import { areaOf, clipped, clippedOpen, type Line, placed } from './outline.js';
import type { TracedLines } from './traced-lines.js';

/** A keypoint. */
export interface Dot {
  at: Point;
  isHidden: boolean;
}

/** What a shape looks like in a rendition: of lines and dots, cut to it and its margin. */
export interface Figure {
  lines: readonly Line[];
  dots: readonly Dot[];
  /** Whether what its lines enclose belongs to it, by the even-odd rule. */
  isFilled: boolean;
  /** Square pixels of all of it, seen or not. */
  area: number;
}

interface Frame {
  transform: Transform;
  size: Size;
  margin: number;
}

/**
 * A shape as lines and dots, in pixels of the rendition; nothing for the whole picture.
 * @param traced the outline of a mask
 */
export function figureOf(
  shape: Shape,
  frame: Frame,
  traced: TracedLines | undefined,
): Figure | undefined {
  const { polygon, box, polyline, points } = shape;
  if (polygon) return ofRings(ringsOf(polygon), frame);
  if (box) return ofRings([cornersOfBox(box)], frame);
  if (polyline) return ofLine(polyline.points, frame);
  if (points) return ofPoints(points, frame);
  return traced && ofTraced(traced, frame);
}

/** The first ring is the outer one, the others are holes in it. */
function ofRings(rings: readonly (readonly Point[])[], { transform, size, margin }: Frame): Figure {
  const whole = rings.map((ring) => placed(ring, transform));
  const [outer = 0, ...holes] = whole.map(areaOf);
  const lines = whole.map((points) => closed(clipped(points, size, margin))).filter(isSomewhere);
  const area = holes.reduce((rest, hole) => rest - hole, outer);
  return { lines, dots: [], isFilled: true, area };
}

function ofLine(points: readonly Point[], { transform, size, margin }: Frame): Figure {
  const pieces = clippedOpen(placed(points, transform), size, margin);
  const lines = pieces.map((piece) => ({ points: piece, isClosed: false }));
  return { lines, dots: [], isFilled: false, area: 0 };
}

function ofPoints({ points, visibility }: Keypoints, { transform, size, margin }: Frame): Figure {
  const dots = placed(points, transform)
    .map((at, place) => ({ at, visibility: visibility[place] ?? 0 }))
    .filter(({ at: [x, y], visibility: seen }) => {
      const isNear = x >= -margin && x <= size.width + margin;
      return seen > 0 && isNear && y >= -margin && y <= size.height + margin;
    })
    .map(({ at, visibility: seen }) => ({ at, isHidden: seen === 1 }));
  return { lines: [], dots, isFilled: false, area: 0 };
}

/** Only what is near was traced, up to whole pixels: those can be large. */
function ofTraced({ lines, area }: TracedLines, { size, margin }: Frame): Figure {
  const near = lines.map(({ points }) => closed(clipped(points, size, margin))).filter(isSomewhere);
  return { lines: near, dots: [], isFilled: true, area };
}

function closed(points: readonly Point[]): Line {
  return { points, isClosed: true };
}

function isSomewhere({ points }: Line): boolean {
  return points.length > 0;
}
