import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsOptional } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';

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

  /**
   * Repair geometries where no point moves by more than half a pixel; `repairs` of each annotation says what was done.
   * What cannot be repaired so is refused as without this.
   */
  @ApiProperty({ type: Boolean, required: false, default: false, example: true })
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  repair: boolean = false;

  /** Whether the write is only tried. */
  get isRehearsal(): boolean {
    return this.validate === 'only';
  }
}
