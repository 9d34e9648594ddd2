import { ApiProperty } from '@nestjs/swagger';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsLabel } from '../../http/validation/text.js';
import type { LocationContent } from '../locations.service.js';

/** Fields of a location to change (RFC 7396): what is left out stays. */
export class PatchLocationRequest {
  /** @example "1 Hospital Road, Theatre 5" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @MayBeAbsent()
  address?: string;

  /** @example "Leeds" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @MayBeAbsent()
  town?: string;

  /** @example "United Kingdom" */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @MayBeAbsent()
  country?: string;

  toContent(): Partial<LocationContent> {
    return {
      ...(this.address === undefined ? {} : { address: this.address }),
      ...(this.town === undefined ? {} : { town: this.town }),
      ...(this.country === undefined ? {} : { country: this.country }),
    };
  }
}
