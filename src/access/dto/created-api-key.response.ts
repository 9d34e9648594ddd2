import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { CreatedApiKey } from '../api-keys.service.js';
import { ApiKeyResponse } from './api-key.response.js';

/** A new API key, with its secret. */
@ApiSchema({
  name: 'CreatedApiKey',
  description: 'A new API key with its text, which is shown this once.',
})
export class CreatedApiKeyResponse extends ApiKeyResponse {
  /**
   * The whole key, to be sent as `X-API-Key`. It is kept nowhere: in the answer to a repeated request it is
   * null. Revoke a key whose text is lost, and make another.
   * @example "loupe_k7m2q9x4ab_aTextOf43RandomCharactersThatNobodyCanGuess"
   */
  @ApiProperty({ type: String, nullable: true })
  key!: string | null;

  static of({ apiKey, key }: CreatedApiKey): CreatedApiKeyResponse {
    return Object.assign(ApiKeyResponse.from(apiKey), { key });
  }
}
