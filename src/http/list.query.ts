import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import type { PageRequest, Position } from '../database/page.js';
import { ToInteger } from './validation/conversions.js';
import { decodeCursor } from './cursor.js';

const COUNTS = ['exact', 'estimated', 'none'] as const;

/** The parameters that every list takes. */
export class ListQuery {
  /**
   * Items on a page.
   * @example 10
   */
  @ApiProperty({ type: 'integer' })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(500)
  @IsOptional()
  limit: number = 50;

  /** Where to go on, from the `Link` of the page before; opaque. It holds for this list in this order only. */
  @ApiProperty({ required: false })
  @IsString()
  @IsOptional()
  cursor?: string;

  /**
   * Adds `X-Total-Count`. `exact`: counted, however long it takes. `estimated`: counted up to 1,000, and beyond that
   * what the planner expects, which `X-Total-Count-Kind` tells. `none`: nothing is counted.
   */
  @ApiProperty({ enum: COUNTS, required: false, default: 'none', example: 'exact' })
  @IsIn(COUNTS)
  @IsOptional()
  count: (typeof COUNTS)[number] = 'none';

  /**
   * @param sort name of the list and the order in which it is read, no other list's: a cursor holds for these only
   * @throws InvalidRequest when the cursor is not one of this list
   */
  toPageRequest(sort: string, accepts: (position: Position) => boolean): PageRequest {
    const after = this.cursor === undefined ? undefined : decodeCursor(this.cursor, sort, accepts);
    return { limit: this.limit, after, ...(this.count !== 'none' && { count: this.count }) };
  }
}
