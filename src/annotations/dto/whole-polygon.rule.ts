import { ValidateIf } from 'class-validator';
import { IsGeometry, kindsIn } from './geometry.rules.js';
import { AnyPolygon } from './polygon.response.js';

/** The polygon of an annotation that is sent whole: it may be left out only beside another geometry. */
export function IsWholePolygon(): PropertyDecorator {
  // In the order in which decorators above a field would be applied: from the bottom up.
  const rules = [
    ValidateIf((content: object, value) => value !== null && !isClearedBy(content, value)),
    IsGeometry('polygon', { message: 'must be there: null clears it' }),
    AnyPolygon({ required: false }),
  ];
  return (target, property) => rules.forEach((rule) => rule(target, property));
}

/** Whoever sends another geometry does not lose a polygon by accident. */
function isClearedBy(content: object, polygon: unknown): boolean {
  return polygon === undefined && kindsIn(content).length > 0;
}
