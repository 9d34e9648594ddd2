import { ApiProperty } from '@nestjs/swagger';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey } from '../../http/validation/text.js';
import { ReplaceLocationRequest } from './replace-location.request.js';

/** A new location. */
export class CreateLocationRequest extends ReplaceLocationRequest {
  /**
   * Chosen by the client: 1 to 255 bytes of UTF-8.
   * @example "theatre-4"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  id!: string;
}
