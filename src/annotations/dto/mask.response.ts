import { ApiProperty, ApiSchema } from '@nestjs/swagger';

/** Single pixels of the upright picture, as COCO's run-length encoding. */
@ApiSchema({
  name: 'Mask',
  description: "Single pixels of the upright picture, as COCO's run-length encoding.",
})
export class MaskResponse {
  /** `[height, width]`: that of the upright picture. */
  @ApiProperty({
    type: 'array',
    items: { type: 'integer', minimum: 1, maximum: 65_535 },
    minItems: 2,
    maxItems: 2,
    example: [480, 640],
  })
  size!: readonly [number, number];

  /**
   * The lengths of runs of pixels outside and inside by turns, down each column from left to right, beginning with
   * those outside (0 if the first pixel is inside): as a list, or as the compressed text that pycocotools writes.
   * They come back as they were sent.
   */
  @ApiProperty({
    anyOf: [
      { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 },
      { type: 'string', minLength: 1, maxLength: 500_000, pattern: '^[0-o]+$' },
    ],
    example: [48_100, 200, 280, 200, 258_420],
  })
  counts!: readonly number[] | string;
}
