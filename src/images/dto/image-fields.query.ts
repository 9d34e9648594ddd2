import { IsOptional } from 'class-validator';
import { InspectedBy } from '../../http/validation/inspected-by.js';
import { ImageSelection } from './image-selection.js';

/** Names of fields of images, between commas. */
export function IsSelection(): PropertyDecorator {
  return InspectedBy('isSelection', (value) => {
    const details =
      typeof value === 'string' ? ImageSelection.faultsOf(value) : ['must be given once'];
    return details.map((detail) => ({ path: [], detail }));
  });
}

/** How much of an image is wanted. */
export class ImageFieldsQuery {
  /**
   * Only these fields, between commas: those of the image, and `annotations.` with those of annotations. The key is
   * always there. The answer has an entity tag of its own, with which a change is 412.
   * @example "image_key,file,annotations.instrument"
   */
  @IsSelection()
  @IsOptional()
  fields?: string;

  /** Undefined: all of them. */
  toSelection(): ImageSelection | undefined {
    return this.fields === undefined ? undefined : ImageSelection.of(this.fields);
  }
}
