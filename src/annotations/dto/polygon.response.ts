import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';

const RING = {
  type: 'array',
  items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
} as const;

/** An outline in pixels of the upright picture: two opposite corners of a box, or a ring. */
@ApiSchema({
  name: 'Polygon',
  description:
    'An outline in pixels of the upright picture: two opposite corners of a box, or a ring.',
})
export class PolygonResponse {
  /** `[x, y]`, x to the right and y down; (0, 0) is the outer corner of the top-left pixel. */
  @ApiProperty({
    ...RING,
    minItems: 2,
    maxItems: 10_000,
    example: [
      [120.5, 80],
      [410, 95.25],
      [388, 300],
    ],
  })
  points!: readonly (readonly [number, number])[];
}

/** An outline with holes, in pixels of the upright picture. */
@ApiSchema({
  name: 'PolygonWithHoles',
  description: 'An outline with holes, in pixels of the upright picture.',
})
export class RingsResponse {
  /** The outer ring, then the holes: inside of it, and apart from each other. Rings may touch at their points. */
  @ApiProperty({
    type: 'array',
    minItems: 1,
    items: { ...RING, minItems: 3 },
    example: [
      [
        [120, 80],
        [400, 80],
        [400, 300],
        [120, 300],
      ],
      [
        [200, 150],
        [260, 150],
        [230, 210],
      ],
    ],
  })
  rings!: readonly (readonly (readonly [number, number])[])[];
}

/** A field that is a polygon of either form, or null. */
export function AnyPolygon({ required = true } = {}): PropertyDecorator {
  const field = ApiProperty({
    anyOf: [
      { $ref: getSchemaPath(PolygonResponse) },
      { $ref: getSchemaPath(RingsResponse) },
      { type: 'null' },
    ],
    required,
  });
  const models = ApiExtraModels(PolygonResponse, RingsResponse);
  return (target, name) => {
    field(target, name);
    // Models are told of classes, not of fields.
    models(target.constructor);
  };
}
