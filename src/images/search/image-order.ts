import type { SelectQueryBuilder } from 'typeorm';
import type { Position } from '../../database/page.js';
import { placesOfCapture } from './image-conditions.js';
import type { ImageSort } from '../image.js';
import type { Image } from '../image.entity.js';

type Images = SelectQueryBuilder<Image>;

const TIMES = {
  created_at: 'capturedAt',
  received_at: 'receivedAt',
  updated_at: 'updatedAt',
} as const;

/** Puts images in order. Every order ends with the id, so that equal times have one order too. */
export function sorted(images: Images, sort: ImageSort): Images {
  if (sort === 'image_key') return images.orderBy('image.key', 'ASC');
  const direction = sort.startsWith('-') ? 'DESC' : 'ASC';
  return images.orderBy(`image.${timeOf(sort)}`, direction).addOrderBy('image.id', direction);
}

/** Keeps the images behind a position of an order. */
export function behind(images: Images, sort: ImageSort, [value, id]: Position): void {
  if (sort === 'image_key') {
    images.andWhere('image.key > :after', { after: value });
    return;
  }
  const comparison = sort.startsWith('-') ? '<' : '>';
  const isByCapture = timeOf(sort) === 'capturedAt';
  for (const place of isByCapture ? placesOfCapture(images) : ['image'])
    images.andWhere(
      `(${place}.${timeOf(sort)}, ${place}.${place === 'image' ? 'id' : 'imageId'}) ${comparison}
         (:after::timestamptz, :afterId::bigint)`,
      { after: value, afterId: id },
    );
}

/** Where an image stands in an order. */
export function positionOf(image: Image, sort: ImageSort): Position {
  if (sort === 'image_key') return [image.key];
  return [image[timeOf(sort)].toISOString(), image.id];
}

function timeOf(sort: Exclude<ImageSort, 'image_key'>): (typeof TIMES)[keyof typeof TIMES] {
  return TIMES[sort.replace('-', '') as keyof typeof TIMES];
}
