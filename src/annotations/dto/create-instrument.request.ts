import { ApiProperty } from '@nestjs/swagger';
import { IsLabel } from '../../http/validation/text.js';

/** A new label of the vocabulary. */
export class CreateInstrumentRequest {
  /**
   * 1 to 255 characters, as annotations name it.
   * @example "towel clamp"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  name!: string;
}
