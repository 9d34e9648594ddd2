import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** An open line in pixels of the upright picture; it may cross itself. */
@ApiSchema({
  name: 'Polyline',
  description: 'An open line in pixels of the upright picture; it may cross itself.',
})
export class PolylineResponse {
  /** `[x, y]`, at least two of which differ. */
  @ApiProperty({
    type: 'array',
    minItems: 2,
    maxItems: 10_000,
    items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
    example: [
      [120.5, 80],
      [260, 95.25],
      [388, 300],
    ],
  })
  points!: readonly (readonly [number, number])[];
}
