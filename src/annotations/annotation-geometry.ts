import type { Fault } from '../errors/domain-error.js';
import { MAX_FAULTS } from '../errors/invalid-request.js';
import { jsonPointer } from '../errors/json-pointer.js';
import type { AnnotationContent } from './annotation.js';
import { ImpossibleGeometry } from './annotations.errors.js';
import { outsideFaultsOfGeometry } from './geometry/kind-faults.js';

export type Path = readonly (string | number)[];
interface Size {
  width: number;
  height: number;
}

/** What of a content's geometry lies outside the picture, or does not fit it; pointers begin with `path`. */
export function outsideFaultsOf(
  content: AnnotationContent,
  path: Path,
  size: Size | undefined,
): Fault[] {
  return size ? toFaults(outsideFaultsOfGeometry(content, size), path) : [];
}

/** The same of several contents, which the client sent as a list of this name. */
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

/** Faults of a geometry, whose paths begin with its kind, in the words of a request; pointers begin with `path`. */
export function toFaults(found: readonly { path: Path; detail: string }[], path: Path): Fault[] {
  return found.slice(0, MAX_FAULTS).map((fault) => ({
    pointer: jsonPointer([...path, ...fault.path]),
    detail: fault.detail,
  }));
}
