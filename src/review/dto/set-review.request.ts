import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { IsProse, MAX_PROSE_CHARACTERS } from '../../http/validation/prose.js';
import { REVIEW_STATES, type ReviewState } from '../review-steps.js';

/** The state that an image is to be in, and why. */
export class SetReviewRequest {
  /** The state that it is to be in. */
  @ApiProperty({ enum: REVIEW_STATES, example: 'in_review' })
  @IsIn(REVIEW_STATES)
  review_state!: ReviewState;

  /**
   * Why: text of one or several lines.
   * @example "All instruments of the tray are marked."
   */
  @ApiProperty({
    type: String,
    nullable: true,
    minLength: 1,
    maxLength: MAX_PROSE_CHARACTERS,
  })
  @IsProse()
  @IsOptional()
  note?: string | null;
}
