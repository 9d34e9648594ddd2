import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Visibility } from '../geometry/geometry.js';

const DESCRIPTION =
  'Keypoints in pixels of the upright picture, in an order that the client gives a meaning to.';
const POINTS = {
  type: 'array',
  minItems: 1,
  maxItems: 10_000,
  items: { type: 'array', items: { type: 'number' }, minItems: 2, maxItems: 2 },
  example: [
    [120.5, 80],
    [388, 300],
    [0, 0],
  ],
} as const;
const VISIBILITY = {
  type: 'array',
  minItems: 1,
  maxItems: 10_000,
  items: { type: 'integer', minimum: 0, maximum: 2 },
  example: [2, 1, 0],
} as const;

/** Keypoints in pixels of the upright picture, in an order that the client gives a meaning to. */
@ApiSchema({ name: 'Keypoints', description: DESCRIPTION })
export class KeypointsResponse {
  /** `[x, y]` each. */
  @ApiProperty(POINTS)
  points!: readonly (readonly [number, number])[];

  /** Of each point, as COCO has it: 0 not labelled (its place says nothing), 1 hidden, 2 visible. */
  @ApiProperty(VISIBILITY)
  visibility!: readonly Visibility[];
}

/** The same as it is sent. */
@ApiSchema({ name: 'KeypointsRequest', description: DESCRIPTION })
export class KeypointsRequest {
  /** `[x, y]` each. Where one is not labelled (0) it may lie anywhere: COCO writes 0, 0. */
  @ApiProperty(POINTS)
  points!: readonly (readonly [number, number])[];

  /** Of each point: 0 not labelled, 1 hidden, 2 visible. Left out, all of them are visible. */
  @ApiProperty({ ...VISIBILITY, required: false })
  visibility?: readonly Visibility[];
}
