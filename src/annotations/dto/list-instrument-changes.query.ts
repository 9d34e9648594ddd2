import { ApiProperty } from '@nestjs/swagger';
import { IsOptional } from 'class-validator';
import { ListQuery } from '../../http/list.query.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';

/** Which changes of labels are listed. */
export class ListInstrumentChangesQuery extends ListQuery {
  /** Done at this time or later. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  since?: string;

  toSince(): Date | undefined {
    return this.since === undefined ? undefined : toInstant(this.since);
  }
}
