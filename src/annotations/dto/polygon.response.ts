import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** An outline in pixels of the upright picture: two opposite corners of a box, or a ring. */
@ApiSchema({
  name: 'Polygon',
  description:
    'An outline in pixels of the upright picture: two opposite corners of a box, or a ring.',
})
export class PolygonResponse {
  /** `[x, y]`, x to the right and y down; (0, 0) is the outer corner of the top-left pixel. */
  @ApiProperty({
    type: 'array',
    minItems: 2,
    maxItems: 10_000,
    items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    example: [
      [120.5, 80],
      [410, 95.25],
      [388, 300],
    ],
  })
  points!: readonly (readonly [number, number])[];
}
