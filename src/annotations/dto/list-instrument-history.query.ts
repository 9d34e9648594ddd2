import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { ToNumber } from '../../http/validation/conversions.js';

export class ListInstrumentHistoryQuery {
  /**
   * The newest so many.
   * @example 10
   */
  @ApiProperty({ type: 'integer' })
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(500)
  @IsOptional()
  limit: number = 50;
}
