import { IsOptional } from 'class-validator';
import { IsLabel } from '../../http/validation/text.js';

export class DeleteInstrumentQuery {
  /**
   * The label that the annotations get which carry this one; made if it is new and the vocabulary is open.
   * @example "forceps"
   */
  @IsLabel()
  @IsOptional()
  replacement?: string;
}
