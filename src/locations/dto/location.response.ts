import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { Location } from '../location.entity.js';

/** A place where photographs are taken. */
@ApiSchema({ name: 'Location', description: 'A place where photographs are taken.' })
export class LocationResponse {
  /** @example "theatre-4" */
  id!: string;

  /** @example "1 Hospital Road, Theatre 4" */
  address!: string;

  /** @example "Leeds" */
  town!: string;

  /** @example "United Kingdom" */
  country!: string;

  /** @example "2026-03-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  created_at!: string;

  /** @example "2026-03-01T08:00:00.000Z" */
  @ApiProperty({ format: 'date-time' })
  updated_at!: string;

  /** Name of the caller who made it; null if nobody was asked for one (AUTH=off). */
  @ApiProperty({ type: String, nullable: true, example: null })
  created_by!: string | null;

  /** Name of the caller who changed it last. */
  @ApiProperty({ type: String, nullable: true, example: null })
  updated_by!: string | null;

  /**
   * Raised by every change.
   * @example 1
   */
  @ApiProperty({ type: 'integer', minimum: 1 })
  version!: number;

  static from(location: Location): LocationResponse {
    return {
      id: location.id,
      address: location.address,
      town: location.town,
      country: location.country,
      created_at: location.createdAt.toISOString(),
      updated_at: location.updatedAt.toISOString(),
      created_by: location.createdBy,
      updated_by: location.updatedBy,
      version: location.version,
    };
  }
}
