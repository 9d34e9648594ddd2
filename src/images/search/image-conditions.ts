import type { SelectQueryBuilder } from 'typeorm';
import { ImageInstrument } from '../../annotations/image-instrument.entity.js';
import type { ImageFilter } from '../image.js';
import type { Image } from '../image.entity.js';
import type { LabelIds } from './label-ids.js';

type Images = SelectQueryBuilder<Image>;
/** The labels that are walked in place of images, where there are any. */
const WALKED = 'walked';

/** Where the time of capture stands: of the images, and of a label that is walked in their place. */
export function placesOfCapture(images: Images): string[] {
  const isWalked = images.expressionMap.aliases.some(({ name }) => name === WALKED);
  return isWalked ? ['image', WALKED] : ['image'];
}

/** Keeps the images that a filter lets through. */
export function narrow(images: Images, filter: ImageFilter, labels: LabelIds): void {
  byLife(images, filter);
  if (filter.userIds) oneOf(images, 'userId', filter.userIds);
  if (filter.locationIds) oneOf(images, 'locationId', filter.locationIds);
  if (filter.clientIds) oneOf(images, 'clientId', filter.clientIds);
  if (filter.hardwareIds) oneOf(images, 'hardwareId', filter.hardwareIds);
  if (filter.mlTags) oneOf(images, 'mlTag', filter.mlTags);
  byLabels(images, filter, labels);
  byCapture(images, filter);
  if (filter.updatedSince)
    images.andWhere('image.updatedAt >= :updatedSince', { updatedSince: filter.updatedSince });
  if (filter.hasFile !== undefined)
    images.andWhere(`image.fileStorageKey IS ${filter.hasFile ? 'NOT NULL' : 'NULL'}`);
  byAnnotationCount(images, filter);
  if (filter.keyPart !== undefined) keyContaining(images, filter.keyPart);
}

function byLife(images: Images, { life }: ImageFilter): void {
  if (life === 'any') return;
  images.andWhere(`image.trashedAt IS ${life === 'trashed' ? 'NOT NULL' : 'NULL'}`);
}

function oneOf(images: Images, property: keyof Image, values: readonly string[]): void {
  const [only, ...others] = values;
  // A plain equation is read in order from the index of this property; of several values that are merged, a list
  // would be sorted, or all images be walked through.
  if (only !== undefined && others.length === 0) {
    images.andWhere(`image.${property} = :${property}`, { [property]: only });
    return;
  }
  images.andWhere(`image.${property} = ANY(:${property})`, { [property]: values });
}

function byCapture(images: Images, { capturedFrom: from, capturedTo: to }: ImageFilter): void {
  for (const place of placesOfCapture(images)) {
    if (from) images.andWhere(`${place}.capturedAt >= :from`, { from });
    if (to) images.andWhere(`${place}.capturedAt < :to`, { to });
  }
}

function byLabels(images: Images, filter: ImageFilter, labels: LabelIds): void {
  const required = filter.allInstruments?.map((name) => labels.of([name])) ?? [];
  if (filter.instruments) required.push(labels.of(filter.instruments));
  // One condition each: the planner begins with the rarest label.
  required.forEach((labelIds, place) => {
    if (labelIds.length === 1 && placesOfCapture(images).length === 1) walking(images, labelIds[0]);
    else carrying(images, `instruments${place}`, labelIds);
  });
  if (filter.noneOfInstruments)
    carrying(images, 'instrumentsNone', labels.of(filter.noneOfInstruments), 'NOT EXISTS');
}

/**
 * One label may be walked in the order of capture instead of the images: the equal times tell the planner that both
 * orders are one, and it takes the shorter way.
 */
function walking(images: Images, labelId: string | undefined): void {
  images.innerJoin(
    ImageInstrument,
    WALKED,
    `${WALKED}.imageId = image.id AND ${WALKED}.capturedAt = image.capturedAt AND ${WALKED}.instrumentId = :labelId`,
    { labelId },
  );
}

function carrying(
  images: Images,
  parameter: string,
  labelIds: readonly string[],
  quantifier: 'EXISTS' | 'NOT EXISTS' = 'EXISTS',
): void {
  images.andWhere(
    `${quantifier} (SELECT FROM image_instruments AS carried
              WHERE carried.image_id = image.id AND carried.instrument_id = ANY(:${parameter}::bigint[]))`,
    { [parameter]: labelIds },
  );
}

function byAnnotationCount(images: Images, filter: ImageFilter): void {
  const { annotated, minAnnotations, maxAnnotations } = filter;
  if (annotated !== undefined)
    images.andWhere(`image.annotationCount ${annotated ? '> 0' : '= 0'}`);
  if (minAnnotations !== undefined)
    images.andWhere('image.annotationCount >= :minAnnotations', { minAnnotations });
  if (maxAnnotations !== undefined)
    images.andWhere('image.annotationCount <= :maxAnnotations', { maxAnnotations });
}

// The key's own collation is by code point, which knows the case of ASCII only. ix_images_key_trigrams has the
// same expression.
function keyContaining(images: Images, part: string): void {
  const pattern = `%${part.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  images.andWhere('image.key COLLATE "default" ILIKE :pattern', { pattern });
}
