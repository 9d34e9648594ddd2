import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ToInteger } from '../../../http/validation/conversions.js';
import { HIGHEST_VERSION } from '../annotation-version.js';

/** What is restored. */
export class RestoreAnnotationQuery {
  /** The version whose content is to be the newest; left out, the last change is undone. */
  @ApiProperty({ type: 'integer', required: false, example: 1 })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(HIGHEST_VERSION)
  @IsOptional()
  version?: number;
}
