import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean } from 'class-validator';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { IsLabel } from '../../http/validation/text.js';

/** What a label is to be called. */
export class PatchInstrumentRequest {
  /**
   * 1 to 255 characters.
   * @example "Mayo-Hegar needle holder"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  name!: string;

  /**
   * Whether a label that is called so already gets the annotations of this one, which then is gone.
   * @example false
   */
  @IsBoolean({ message: 'must be true or false' })
  @MayBeAbsent()
  merge: boolean = false;
}
