import type { SelectQueryBuilder } from 'typeorm';
import type { Position } from '../../database/page.js';
import type { ImageSort } from '../image.js';
import type { Image } from '../image.entity.js';
import { capturesOf } from './label-walk.js';

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
  const [{ time, id }] = columnsOf(images, sort);
  return images.orderBy(time, direction).addOrderBy(id, direction);
}

/** Keeps the images behind a position of an order. */
export function behind(images: Images, sort: ImageSort, [value, id]: Position): void {
  if (sort === 'image_key') {
    images.andWhere('image.key > :after', { after: value });
    return;
  }
  const comparison = sort.startsWith('-') ? '<' : '>';
  for (const columns of columnsOf(images, sort))
    images.andWhere(
      `(${columns.time}, ${columns.id}) ${comparison} (:after::timestamptz, :afterId::bigint)`,
      { after: value, afterId: id },
    );
}

/** Where an image stands in an order. */
export function positionOf(image: Image, sort: ImageSort): Position {
  if (sort === 'image_key') return [image.key];
  return [image[timeOf(sort)].toISOString(), image.id];
}

function columnsOf(
  images: Images,
  sort: Exclude<ImageSort, 'image_key'>,
): ReturnType<typeof capturesOf> {
  const time = timeOf(sort);
  return time === 'capturedAt' ? capturesOf(images) : [{ time: `image.${time}`, id: 'image.id' }];
}

/** Whether an order is that of capture. */
export function isByCapture(sort: ImageSort): boolean {
  return sort !== 'image_key' && timeOf(sort) === 'capturedAt';
}

function timeOf(sort: Exclude<ImageSort, 'image_key'>): (typeof TIMES)[keyof typeof TIMES] {
  return TIMES[sort.replace('-', '') as keyof typeof TIMES];
}
