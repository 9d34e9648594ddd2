import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { InstrumentUse } from '../instrument-use.js';

/** A label, and what carries it. */
@ApiSchema({ name: 'Instrument', description: 'A label, and what carries it.' })
export class InstrumentResponse {
  /** @example "needle holder" */
  name!: string;

  /**
   * Annotations that carry it.
   * @example 12
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  annotation_count!: number;

  /**
   * Images with at least one of them.
   * @example 9
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  image_count!: number;

  static from(instrument: InstrumentUse): InstrumentResponse {
    return {
      name: instrument.name,
      annotation_count: instrument.annotations,
      image_count: instrument.images,
    };
  }
}
