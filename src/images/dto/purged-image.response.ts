import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { PurgedImage } from '../purged/purged-image.entity.js';

/** What is left of an image that was removed for good. */
@ApiSchema({
  name: 'PurgedImage',
  description: 'What is left of an image that was removed for good, for those who keep a copy.',
})
export class PurgedImageResponse {
  /** @example "tray-7/back" */
  image_key!: string;

  /** @example "st-james" */
  client_id!: string;

  /**
   * When it was removed: its last change.
   * @example "2026-03-31T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /**
   * When it was removed, as images in the trash have it.
   * @example "2026-03-31T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  deleted_at!: string;

  /**
   * When it was removed for good. Images in the trash do not have this field.
   * @example "2026-03-31T08:31:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  purged_at!: string;

  static from({ key, clientId, purgedAt }: PurgedImage): PurgedImageResponse {
    const at = purgedAt.toISOString();
    return { image_key: key, client_id: clientId, updated_at: at, deleted_at: at, purged_at: at };
  }
}
