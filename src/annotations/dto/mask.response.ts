import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { MAX_MASK_SIDE, MAX_MASK_TEXT } from '../geometry/mask-shape.js';

const DESCRIPTION = "Single pixels of the upright picture, as COCO's run-length encoding.";
const SIZE = {
  type: 'array',
  items: { type: 'integer', minimum: 1, maximum: MAX_MASK_SIDE },
  minItems: 2,
  maxItems: 2,
  example: [480, 640],
} as const;
const LIST = { type: 'array', items: { type: 'integer', minimum: 0 }, minItems: 1 };
const TEXT = { type: 'string', minLength: 1, pattern: '^[0-o]+$' };
const EXAMPLE = [48_100, 200, 280, 200, 258_420];

/** Single pixels of the upright picture, as COCO's run-length encoding. */
@ApiSchema({ name: 'Mask', description: DESCRIPTION })
export class MaskResponse {
  /** `[height, width]`: that of the upright picture, or of the rendition that `for` describes. */
  @ApiProperty(SIZE)
  size!: readonly [number, number];

  /**
   * The lengths of runs of pixels outside and inside by turns, down each column from left to right, beginning with
   * those outside (0 if the first pixel is inside): as a list, or as the compressed text that pycocotools writes.
   * They come back as they were sent; in the pixels of a rendition (`for`) in the same form, however long.
   */
  @ApiProperty({ anyOf: [LIST, TEXT], example: EXAMPLE })
  counts!: readonly number[] | string;
}

/** The same as it is sent. */
@ApiSchema({ name: 'MaskRequest', description: DESCRIPTION })
export class MaskRequest {
  /** `[height, width]`: that of the upright picture. */
  @ApiProperty(SIZE)
  size!: readonly [number, number];

  /**
   * The lengths of runs of pixels outside and inside by turns, down each column from left to right, beginning with
   * those outside (0 if the first pixel is inside): as a list, or as the compressed text that pycocotools writes.
   */
  @ApiProperty({ anyOf: [LIST, { ...TEXT, maxLength: MAX_MASK_TEXT }], example: EXAMPLE })
  counts!: readonly number[] | string;
}
