import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ToInteger } from '../../../http/validation/conversions.js';
import { HIGHEST_VERSION } from '../annotation-version.js';

/** Which versions are compared. */
export class DiffVersionsQuery {
  /** The version that is compared; left out, the one before `to`. */
  @ApiProperty({ type: 'integer', required: false, example: 1 })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_VERSION)
  @IsOptional()
  from?: number;

  /** The version that it is compared with; left out, the newest. */
  @ApiProperty({ type: 'integer', required: false, example: 2 })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_VERSION)
  @IsOptional()
  to?: number;
}
