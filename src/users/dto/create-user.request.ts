import { ApiProperty } from '@nestjs/swagger';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey } from '../../http/validation/text.js';
import { ReplaceUserRequest } from './replace-user.request.js';

/** A new user. */
export class CreateUserRequest extends ReplaceUserRequest {
  /**
   * Chosen by the client: 1 to 255 bytes of UTF-8.
   * @example "ada"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  id!: string;
}
