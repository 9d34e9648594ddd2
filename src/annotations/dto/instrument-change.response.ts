import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { InstrumentChange } from '../instrument-change.entity.js';
import {
  COUNT_KINDS,
  type CountKind,
  countKindOf,
  INSTRUMENT_ACTIONS,
  type InstrumentAction,
} from '../instrument-changes.js';

/** What was done to a label, when and by whom. */
@ApiSchema({ name: 'InstrumentChange', description: 'What was done to a label, and by whom.' })
export class InstrumentChangeResponse {
  /** @example "2026-03-01T08:30:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  at!: string;

  /** Name of the caller who did it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  by!: string | null;

  @ApiProperty({ enum: INSTRUMENT_ACTIONS, example: 'renamed' })
  action!: InstrumentAction;

  /** What it was called; null for a new one. */
  @ApiProperty({ type: String, nullable: true, example: 'needle holder' })
  from_name!: string | null;

  /** What it is called since, or which label got its annotations; null for a deleted one. */
  @ApiProperty({ type: String, nullable: true, example: 'Mayo-Hegar needle holder' })
  to_name!: string | null;

  /**
   * Images whose annotations it concerned, those in the trash too.
   * @example 9
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  image_count!: number;

  /**
   * Annotations that it concerned.
   * @example 12
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  annotation_count!: number;

  /** `estimated`: on more than 50,000 images both numbers are what statistics said. */
  @ApiProperty({ enum: COUNT_KINDS, example: 'exact' })
  count_kind!: CountKind;

  static from(change: InstrumentChange): InstrumentChangeResponse {
    return {
      at: change.at.toISOString(),
      by: change.by,
      action: change.action,
      from_name: change.fromName,
      to_name: change.toName,
      image_count: change.imageCount,
      annotation_count: change.annotationCount,
      count_kind: countKindOf(change),
    };
  }
}
