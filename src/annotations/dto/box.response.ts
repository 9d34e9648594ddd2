import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** A box along the edges of the upright picture, in its pixels. */
@ApiSchema({
  name: 'Box',
  description: 'A box along the edges of the upright picture, in its pixels.',
})
export class BoxResponse {
  /**
   * Its left edge.
   * @example 120.5
   */
  x!: number;

  /**
   * Its top edge.
   * @example 80
   */
  y!: number;

  /** @example 289.5 */
  @ApiProperty({ minimum: 0, exclusiveMinimum: true })
  width!: number;

  /** @example 220 */
  @ApiProperty({ minimum: 0, exclusiveMinimum: true })
  height!: number;
}
