import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Comment } from '../comment.entity.js';

/** What somebody wrote about an image or one of its annotations. */
@ApiSchema({
  name: 'Comment',
  description: 'What somebody wrote about an image or one of its annotations.',
})
export class CommentResponse {
  /** @example "0198f2c4-7b1e-7c3a-9d52-3f6a1c0e8b47" */
  @ApiProperty({ format: 'uuid' })
  id!: string;

  /** @example "tray-7/front" */
  image_key!: string;

  /** The annotation that it is about, which may have been deleted since; null: the whole image. */
  @ApiProperty({ type: 'integer', nullable: true, minimum: 0, example: 0 })
  annotation_index!: number | null;

  /** @example "Is this a clamp or a needle holder?" */
  text!: string;

  /** Name of the caller who wrote it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  author!: string | null;

  /** @example "2026-03-01T09:30:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /**
   * When its text or its resolution changed last.
   * @example "2026-03-01T09:30:00.000Z"
   */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /**
   * Whether nothing is left to be done about it.
   * @example false
   */
  resolved!: boolean;

  /** When it was resolved; null while it is open. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  resolved_at!: string | null;

  /** Name of the caller who resolved it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  resolved_by!: string | null;

  /**
   * Raised by every change.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  static from(imageKey: string, comment: Comment): CommentResponse {
    return {
      id: comment.id,
      image_key: imageKey,
      annotation_index: comment.annotationIndex,
      text: comment.text,
      author: comment.author,
      created_at: comment.createdAt.toISOString(),
      updated_at: comment.updatedAt.toISOString(),
      resolved: comment.resolvedAt !== null,
      resolved_at: comment.resolvedAt?.toISOString() ?? null,
      resolved_by: comment.resolvedBy,
      version: comment.version,
    };
  }
}
