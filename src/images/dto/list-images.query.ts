import { IsBoolean, IsOptional } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';
import type { ImageFilter } from '../image.js';
import { SortedImagesQuery } from './sorted-images.query.js';

/** Which images of all, also those in the trash, and how much of each. */
export class ListImagesQuery extends SortedImagesQuery {
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
   * Whether each image comes with its annotations.
   * @example true
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  annotations: boolean = true;

  override toFilter(): ImageFilter {
    return { ...super.toFilter(), hasFile: this.has_file, inTrash: this.trash };
  }
}
