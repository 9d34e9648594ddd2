import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';

/** How annotations are written. */
export class WriteAnnotationsQuery {
  /**
   * With `only` nothing is stored: the answer is what the write would answer, as 200 without `ETag` and `Location`, or
   * the problem that it would have. `X-Validate: only` says so.
   */
  @ApiProperty({ enum: ['only'], required: false, example: 'only' })
  @IsIn(['only'], { message: 'must be only, or left out' })
  @IsOptional()
  validate?: 'only';

  /** Whether the write is only tried. */
  get isRehearsal(): boolean {
    return this.validate === 'only';
  }
}
