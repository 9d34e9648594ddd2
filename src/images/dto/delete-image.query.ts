import { IsBoolean, IsOptional } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';

export class DeleteImageQuery {
  /** Remove the image for good, with its annotations and its picture, instead of moving it to the trash. */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  purge: boolean = false;
}
