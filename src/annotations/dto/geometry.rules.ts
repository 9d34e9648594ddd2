import type { ValidationOptions } from 'class-validator';
import { InspectedBy, type InnerFault } from '../../http/validation/inspected-by.js';
import { settingsInForce } from '../../http/validation/settings-in-force.js';
import { GEOMETRY_KINDS, type GeometryKind } from '../geometry/geometry.js';
import {
  boxShapeFaults,
  keypointsShapeFaults,
  polylineShapeFaults,
} from '../geometry/kind-shapes.js';
import { maskShapeFaults } from '../geometry/mask-shape.js';
import { polygonShapeFaults } from '../geometry/polygon-shape.js';

const SHAPE_FAULTS: Record<GeometryKind, (value: unknown) => readonly InnerFault[]> = {
  polygon: (value) => polygonShapeFaults(value, settingsInForce().maxPolygonPoints),
  box: boxShapeFaults,
  polyline: (value) => polylineShapeFaults(value, settingsInForce().maxPolygonPoints),
  points: (value) => keypointsShapeFaults(value, settingsInForce().maxPolygonPoints),
  mask: (value) => {
    const { maxPixels, maxPolygonPoints } = settingsInForce();
    return maskShapeFaults(value, { maxPixels, maxRuns: maxPolygonPoints });
  },
};

/** A geometry as the wire has it, and the only one; every part that is wrong is named. */
export function IsGeometry(kind: GeometryKind, options?: ValidationOptions): PropertyDecorator {
  const faults = (value: unknown, content: object): readonly InnerFault[] => {
    if (value === undefined) return [{ path: [], detail: 'must be there: null clears it' }];
    const [first] = kindsIn(content);
    const another = { path: [], detail: `must not be there beside "${first}"` };
    return [...(first === kind ? [] : [another]), ...SHAPE_FAULTS[kind](value)];
  };
  return InspectedBy('isGeometry', faults, options);
}

/** The kinds of geometry that a content has, whatever is wrong with them. */
export function kindsIn(content: object): GeometryKind[] {
  const fields = content as Partial<Record<GeometryKind, unknown>>;
  return GEOMETRY_KINDS.filter((kind) => fields[kind] !== undefined && fields[kind] !== null);
}
