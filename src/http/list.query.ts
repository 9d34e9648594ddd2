import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { CountMode, PageRequest, Position } from '../database/page.js';
import { ToNumber } from './validation/conversions.js';
import { decodeCursor } from './cursor.js';

/** The parameters that every list takes. */
export class ListQuery {
  /**
   * Items on a page.
   * @example 10
   */
  @ApiProperty({ type: 'integer' })
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(500)
  @IsOptional()
  limit: number = 50;

  /** Where to go on, from the `Link` of the page before; opaque. */
  @ApiProperty({ required: false })
  @IsString()
  @IsOptional()
  cursor?: string;

  /** Adds `X-Total-Count`: counted exactly, or estimated by the planner. Without it nothing is counted. */
  @ApiProperty({ enum: ['exact', 'estimated'], required: false, example: 'exact' })
  @IsIn(['exact', 'estimated'])
  @IsOptional()
  count?: CountMode;

  /**
   * @param sort name of the order in which the list is read: a cursor holds for one order only
   * @throws InvalidRequest when the cursor is not one of this list
   */
  toPageRequest(sort: string, accepts: (position: Position) => boolean): PageRequest {
    const after = this.cursor === undefined ? undefined : decodeCursor(this.cursor, sort, accepts);
    return { limit: this.limit, after, count: this.count };
  }
}
