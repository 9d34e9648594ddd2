import type { Fault } from '../errors/domain-error.js';
import { MAX_FAULTS } from '../errors/invalid-request.js';
import { jsonPointer } from '../errors/json-pointer.js';
import type { AnnotationContent } from './annotation.js';
import { ImpossibleGeometry } from './annotations.errors.js';
import { outsideFaults } from './geometry/polygon-geometry.js';

export type Path = readonly (string | number)[];
interface Size {
  width: number;
  height: number;
}

/** Points of a content's polygon that lie outside the picture; pointers begin with `path`. */
export function outsideFaultsOf(
  content: AnnotationContent,
  path: Path,
  size: Size | undefined,
): Fault[] {
  const points = content.polygon?.points;
  return points && size ? toFaults(outsideFaults(points, size), path) : [];
}

/** Points of several contents, which the client sent as a list of this name, outside the picture. */
export function setOutsideFaults(
  contents: readonly AnnotationContent[],
  size: Size | undefined,
  list = 'annotations',
): Fault[] {
  return contents.flatMap((content, place) => outsideFaultsOf(content, [list, place], size));
}

/** @throws ImpossibleGeometry when there are faults */
export function assertPossible(faults: readonly Fault[]): void {
  if (faults.length > 0) throw new ImpossibleGeometry(faults);
}

/** Faults of a polygon in the words of a request; pointers begin with `path`. */
export function toFaults(found: readonly { path: Path; detail: string }[], path: Path): Fault[] {
  return found.slice(0, MAX_FAULTS).map((fault) => ({
    pointer: jsonPointer([...path, 'polygon', ...fault.path]),
    detail: fault.detail,
  }));
}
