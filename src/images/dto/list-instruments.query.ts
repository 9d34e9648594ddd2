import { IsBoolean, IsOptional } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';
import type { ImageFilter } from '../image.js';
import { ImageFilterQuery } from './image-filter.query.js';

/** In which images labels are counted: as for `GET /images`. */
export class ListInstrumentsQuery extends ImageFilterQuery {
  /**
   * With a picture, or without.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  has_file?: boolean;

  /**
   * The images in the trash instead of those in use.
   * @example false
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  trash: boolean = false;

  /**
   * Also the labels that none of these images carries, with 0.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  unused: boolean = false;

  override toFilter(): ImageFilter {
    return { ...super.toFilter(), hasFile: this.has_file, life: this.trash ? 'trashed' : 'in-use' };
  }
}
