import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import { IsProse, MAX_PROSE_CHARACTERS } from '../../http/validation/prose.js';
import type { CommentDraft } from '../comment.js';

/** A new comment. */
export class CreateCommentRequest {
  /**
   * What there is to say, in one or several lines.
   * @example "Is this a clamp or a needle holder?"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_PROSE_CHARACTERS })
  @IsProse()
  text!: string;

  /**
   * The annotation that it is about; null (or left out): the whole image.
   * @example 0
   */
  @ApiProperty({ type: 'integer', nullable: true })
  @IsInt()
  @Min(0)
  @Max(MAX_ANNOTATION_INDEX)
  @IsOptional()
  annotation_index?: number | null;

  toDraft(): CommentDraft {
    return { text: this.text, annotationIndex: this.annotation_index ?? null };
  }
}
