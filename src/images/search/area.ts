import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import type { Area } from '../image.js';
import type { Image } from '../image.entity.js';

/** So many annotations of an area are gathered by its index; what more have is looked for in image after image. */
const GATHERED_ANNOTATIONS = 300;

// ix_annotations_bounds has the same expression. Coordinates come up to ±1.8e308, and PostgreSQL refuses boxes whose
// sizes overflow: what lies beyond a billion pixels is taken to lie there, by which nothing is missed.
const bounded = (value: string) => `least(greatest(${value}, -1e9), 1e9)::float8`;
const part = (place: number) => `(annotations.bbox -> ${place})::numeric`;
const BOUNDS = boxOf(part(0), part(1), part(2), part(3));

function boxOf(x: string, y: string, width: string, height: string): string {
  return `box(point(${bounded(x)}, ${bounded(y)}),
              point(${bounded(`${x} + ${width}`)}, ${bounded(`${y} + ${height}`)}))`;
}

/** Parameters of a statement, as it spells them. */
type Names = readonly [x: string, y: string, width: string, height: string];

// In decimals, as both are written: nothing overflows, and what only touches does not overlap by a rounding.
const overlaps = ([x, y, width, height]: Names) => `
            ${part(0)} < ${x}::numeric + ${width}::numeric AND ${part(0)} + ${part(2)} > ${x}::numeric
        AND ${part(1)} < ${y}::numeric + ${height}::numeric AND ${part(1)} + ${part(3)} > ${y}::numeric`;
const NUMBERED: Names = ['$1', '$2', '$3', '$4'];
const NAMED: Names = [':areaX', ':areaY', ':areaWidth', ':areaHeight'];

/**
 * The images with an annotation in an area, if few annotations are there, by index.
 * @param labelIds of which that annotation has one; undefined: any
 * @returns their ids; undefined where more are
 */
export async function gatherImages(
  manager: EntityManager,
  area: Area,
  labelIds?: readonly string[],
): Promise<string[] | undefined> {
  const found = await manager.query<{ imageId: string; isInside: boolean }[]>(
    `SELECT image_id AS "imageId", ${overlaps(NUMBERED)}
            AND ($5::bigint[] IS NULL OR instrument_id = ANY($5::bigint[])) AS "isInside"
       FROM (SELECT image_id, instrument_id, bbox FROM annotations
              WHERE deleted_at IS NULL AND bbox IS NOT NULL
                AND ${BOUNDS} && ${boxOf('$1::numeric', '$2::numeric', '$3::numeric', '$4::numeric')}
              LIMIT ${GATHERED_ANNOTATIONS + 1}) AS annotations`,
    [...valuesOf(area), labelIds],
  );
  if (found.length > GATHERED_ANNOTATIONS) return undefined;
  return [...new Set(found.filter(({ isInside }) => isInside).map(({ imageId }) => imageId))];
}

/** Which of these images have such an annotation. */
export async function imagesInside(
  manager: EntityManager,
  imageIds: readonly string[],
  area: Area,
  labelIds?: readonly string[],
): Promise<Set<string>> {
  const rows = await manager.query<{ id: string }[]>(
    `SELECT DISTINCT image_id AS id FROM annotations
      WHERE image_id = ANY($6::bigint[]) AND deleted_at IS NULL AND bbox IS NOT NULL
        AND ($5::bigint[] IS NULL OR instrument_id = ANY($5::bigint[])) AND ${overlaps(NUMBERED)}`,
    [...valuesOf(area), labelIds, imageIds],
  );
  return new Set(rows.map(({ id }) => id));
}

/** Keeps the images that have such an annotation, each of which is looked at. */
export function inside(
  images: SelectQueryBuilder<Image>,
  area: Area,
  labelIds?: readonly string[],
): void {
  const [areaX, areaY, areaWidth, areaHeight] = valuesOf(area);
  images.andWhere(
    `EXISTS (SELECT FROM annotations
              WHERE annotations.image_id = image.id AND annotations.deleted_at IS NULL
                AND annotations.bbox IS NOT NULL
                AND (:areaLabels::bigint[] IS NULL OR annotations.instrument_id = ANY(:areaLabels::bigint[]))
                AND ${overlaps(NAMED)})`,
    { areaX, areaY, areaWidth, areaHeight, areaLabels: labelIds ?? null },
  );
}

// As text: PostgreSQL takes it for the decimal number that it is.
function valuesOf({ x, y, width, height }: Area): [string, string, string, string] {
  return [String(x), String(y), String(width), String(height)];
}
