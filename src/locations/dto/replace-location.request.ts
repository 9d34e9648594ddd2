import { ApiProperty } from '@nestjs/swagger';
import { IsLabel } from '../../http/validation/text.js';
import type { LocationContent } from '../locations.service.js';

/** A location, whole. */
export class ReplaceLocationRequest {
  /** @example "1 Hospital Road, Theatre 4" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  address!: string;

  /** @example "Leeds" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  town!: string;

  /** @example "United Kingdom" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  country!: string;

  toContent(): LocationContent {
    return { address: this.address, town: this.town, country: this.country };
  }
}
