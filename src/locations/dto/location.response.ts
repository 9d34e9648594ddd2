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
      version: location.version,
    };
  }
}
