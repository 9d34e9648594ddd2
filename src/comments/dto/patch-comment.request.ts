import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsProse, MAX_PROSE_CHARACTERS } from '../../http/validation/prose.js';
import type { CommentChange } from '../comment.js';

/** What to change of a comment (RFC 7396): what is left out stays. */
export class PatchCommentRequest {
  /**
   * Only by who wrote it, or by an admin.
   * @example "It is a clamp."
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_PROSE_CHARACTERS })
  @IsProse()
  @MayBeAbsent()
  text?: string;

  /**
   * Whether nothing is left to be done about it.
   * @example true
   */
  @IsBoolean({ message: 'must be true or false' })
  @MayBeAbsent()
  resolved?: boolean;

  toChange(): CommentChange {
    return { text: this.text, resolved: this.resolved };
  }
}
