import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Label } from '../instrument-changes.js';

/** A label itself, without what carries it. */
@ApiSchema({ name: 'Label', description: 'A label itself, without what carries it.' })
export class LabelResponse {
  /** @example "needle holder" */
  name!: string;

  /** When it was called something else last; null if it never was. */
  @ApiProperty({ type: String, format: 'date-time', nullable: true, example: null })
  renamed_at!: string | null;

  /** Name of the caller who renamed it. */
  @ApiProperty({ type: String, nullable: true, example: null })
  renamed_by!: string | null;

  /**
   * Raised by every rename.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  static from(label: Label): LabelResponse {
    return {
      name: label.name,
      renamed_at: label.renamedAt?.toISOString() ?? null,
      renamed_by: label.renamedBy,
      version: label.version,
    };
  }
}
