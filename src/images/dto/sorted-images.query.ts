import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { parseInstant } from '../../http/validation/instant.js';
import { IMAGE_SORTS, type ImageFilter, type ImageSort } from '../image.js';
import { ImageFilterQuery } from './image-filter.query.js';

/** Which images, and in which order. */
export class SortedImagesQuery extends ImageFilterQuery {
  /** The order; equal times are ordered too. */
  @ApiProperty({
    enum: IMAGE_SORTS,
    required: false,
    default: '-created_at',
    example: '-received_at',
  })
  @IsIn(IMAGE_SORTS)
  @IsOptional()
  sort: ImageSort = '-created_at';

  /** @throws InvalidRequest when a count cannot be estimated */
  override toFilter(): ImageFilter {
    // The planner knows nothing of boxes, and to find a thousand rare ones may be to look into all images.
    const detail = 'must be exact or none together with overlaps';
    if (this.overlaps !== undefined && this.count === 'estimated')
      throw new InvalidRequest([{ parameter: 'count', detail }]);
    return super.toFilter();
  }

  /** @throws InvalidRequest when the cursor is not one of this list in this order */
  toPage(): ReturnType<ImageFilterQuery['toPageRequest']> {
    return this.toPageRequest(this.sort, (position) => isPosition(position, this.sort));
  }
}

/** Whether a cursor's values can be a place in a list of this order. */
function isPosition([value, id]: readonly (string | number)[], sort: ImageSort): boolean {
  if (typeof value !== 'string') return false;
  if (sort === 'image_key') return id === undefined;
  return parseInstant(value) !== undefined && typeof id === 'string' && /^\d{1,18}$/.test(id);
}
