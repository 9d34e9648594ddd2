import { edgeName, tooFewCorners } from './corners.js';
import { firstMeeting } from './first-meeting.js';
import { Outline } from './outline.js';
import type { Point } from './polygon.js';
import { isFlat } from './ring-area.js';
import { misplacedHoles } from './ring-nesting.js';
import { type GeometryFault, MAX_GEOMETRY_FAULTS } from './shape-faults.js';

type Rings = readonly (readonly Point[])[];

/**
 * What is impossible about an outer ring with holes, wherever it lies: what is impossible about each as a ring, the
 * first two edges of any whose interiors cross or overlap, and holes that are not inside the outer ring or share
 * something with another one. They may touch at their points. Everything is judged exactly; at most 100 faults.
 */
export function holedGeometryFaults(rings: Rings): GeometryFault[] {
  const withoutCorners = rings.flatMap((ring, place) => {
    const fault = tooFewCorners(ring);
    return fault ? [{ path: ['rings', place, fault.index], detail: fault.detail }] : [];
  });
  const flat = rings.flatMap((ring, place) =>
    isFlat(ring) ? [{ path: ['rings', place], detail: 'must not be a ring of zero area' }] : [],
  );
  const faults = withoutCorners.length > 0 ? withoutCorners : [...flat, ...mutualFaults(rings)];
  return faults.slice(0, MAX_GEOMETRY_FAULTS);
}

function mutualFaults(rings: Rings): GeometryFault[] {
  const outline = new Outline(...rings);
  const meeting = firstMeeting(outline);
  if (!meeting) return misplacedHoles(outline, rings);
  const [later, earlier] = [placeOf(rings, meeting.later), placeOf(rings, meeting.earlier)];
  const [laterName, earlierName] = [later, earlier].map(
    ({ ring, point }) => `${edgeName(point, rings[ring]?.length ?? 1)} of ring ${ring}`,
  );
  const detail = `starts ${laterName}, which ${meeting.meeting} ${earlierName} (counted from 0)`;
  return [{ path: ['rings', later.ring, later.point], detail }];
}

/** The ring and the point in it that an edge of the common outline starts from. */
function placeOf(rings: Rings, edge: number): { ring: number; point: number } {
  let [ring, point] = [0, edge];
  for (const { length } of rings) {
    if (point < length) break;
    point -= length;
    ring += 1;
  }
  return { ring, point };
}
