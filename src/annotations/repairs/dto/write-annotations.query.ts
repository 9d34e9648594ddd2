import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional } from 'class-validator';
import { ToBoolean } from '../../../http/validation/conversions.js';

/** How annotations are written. */
export class WriteAnnotationsQuery {
  /**
   * Repair geometries where no point moves by more than half a pixel; `repairs` of each annotation says what was done.
   * What cannot be repaired so is refused as without this.
   */
  @ApiProperty({ type: Boolean, required: false, default: false, example: true })
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  repair: boolean = false;
}
