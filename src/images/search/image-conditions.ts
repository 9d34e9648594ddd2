import type { SelectQueryBuilder } from 'typeorm';
import type { ImageFilter } from '../image.js';
import type { Image } from '../image.entity.js';
import type { ReviewState } from '../review-state.js';
import { inside } from './area.js';
import type { LabelIds } from './label-ids.js';
import { capturesOf, type Walk, walk } from './label-walk.js';

type Images = SelectQueryBuilder<Image>;
/**
 * Keeps the images that a filter lets through.
 * @param labels without which labels and what carries them make no difference
 * @param walked by which lists, the one of a required label among them, in place of the images'
 */
export function narrow(
  images: Images,
  filter: ImageFilter,
  labels?: LabelIds,
  walked?: Walk,
): void {
  byLife(images, filter);
  if (filter.ids) images.andWhere('image.id = ANY(:ids::bigint[])', { ids: filter.ids });
  if (filter.userIds) oneOf(images, 'userId', filter.userIds, walked);
  if (filter.locationIds) oneOf(images, 'locationId', filter.locationIds, walked);
  if (filter.clientIds) oneOf(images, 'clientId', filter.clientIds, walked);
  if (filter.hardwareIds) oneOf(images, 'hardwareId', filter.hardwareIds, walked);
  if (filter.mlTags) oneOf(images, 'mlTag', filter.mlTags, walked);
  if (labels) byLabels(images, filter, labels, walked);
  if (labels && filter.overlaps) inside(images, filter.overlaps, labels.wanted(filter));
  byCapture(images, filter);
  if (filter.updatedSince)
    images.andWhere('image.updatedAt >= :updatedSince', { updatedSince: filter.updatedSince });
  if (filter.hasFile !== undefined)
    images.andWhere(`image.fileStorageKey IS ${filter.hasFile ? 'NOT NULL' : 'NULL'}`);
  byAnnotationCount(images, filter);
  byReview(images, filter);
  if (filter.keyPart !== undefined) keyContaining(images, filter.keyPart);
}

function byLife(images: Images, { life }: ImageFilter): void {
  if (life === 'any') return;
  images.andWhere(`image.trashedAt IS ${life === 'trashed' ? 'NOT NULL' : 'NULL'}`);
}

function oneOf(
  images: Images,
  property: keyof Image,
  values: readonly string[],
  walked?: Walk,
): void {
  // Their list is walked and has no others: said twice, the planner might begin with these very images, and compare
  // each of them with each of the list.
  if (walked?.beside?.property === property) return;
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
  for (const { time } of capturesOf(images)) {
    if (from) images.andWhere(`${time} >= :from`, { from });
    if (to) images.andWhere(`${time} < :to`, { to });
  }
}

function byLabels(images: Images, filter: ImageFilter, labels: LabelIds, walked?: Walk): void {
  if (walked) walk(images, walked, filter);
  // One condition each: the planner begins with the rarest label.
  for (const [place, labelIds] of labels.requiredBy(filter).entries())
    if (labelIds.length !== 1 || labelIds[0] !== walked?.labelId)
      carrying(images, `instruments${place}`, labelIds);
  if (filter.noneOfInstruments)
    carrying(images, 'instrumentsNone', labels.listed(filter.noneOfInstruments), 'NOT EXISTS');
}

function carrying(
  images: Images,
  parameter: string,
  labelIds: readonly string[],
  quantifier: 'EXISTS' | 'NOT EXISTS' = 'EXISTS',
): void {
  // A plain equation is looked up in two thirds of the time.
  const [only, ...others] = labelIds;
  const [wanted, value] =
    only !== undefined && others.length === 0
      ? [`:${parameter}::bigint`, only]
      : [`ANY(:${parameter}::bigint[])`, labelIds];
  images.andWhere(
    `${quantifier} (SELECT FROM image_instruments AS carried
              WHERE carried.image_id = image.id AND carried.instrument_id = ${wanted})`,
    { [parameter]: value },
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

// As the indexes have them: values that are parameters would hide from the planner that an index of some images has
// all that are looked for.
const UNREVIEWED = `(image.review IS NULL OR image.review = 'in_review')`;
const IN_STATE: Readonly<Record<ReviewState, string>> = {
  new: '(image.review IS NULL AND image.annotationCount = 0)',
  annotated: '(image.review IS NULL AND image.annotationCount > 0)',
  in_review: `image.review = 'in_review'`,
  accepted: `image.review = 'accepted'`,
  rejected: `image.review = 'rejected'`,
};

function byReview(images: Images, { reviewStates, reviewed }: ImageFilter): void {
  if (reviewStates) {
    const wanted = [...new Set(reviewStates)].map((state) => IN_STATE[state]);
    images.andWhere(`(${wanted.join(' OR ')})`);
  }
  if (reviewed !== undefined)
    images.andWhere(reviewed ? `image.review IN ('accepted', 'rejected')` : UNREVIEWED);
}

// The key's own collation is by code point, which knows the case of ASCII only. ix_images_key_trigrams has the
// same expression.
function keyContaining(images: Images, part: string): void {
  const pattern = `%${part.replace(/[\\%_]/g, (character) => `\\${character}`)}%`;
  images.andWhere('image.key COLLATE "default" ILIKE :pattern', { pattern });
}
