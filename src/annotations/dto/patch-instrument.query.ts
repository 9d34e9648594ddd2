import { IsBoolean, IsOptional } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';

export class PatchInstrumentQuery {
  /**
   * Only say what would happen, and to how much.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  dry_run: boolean = false;
}
