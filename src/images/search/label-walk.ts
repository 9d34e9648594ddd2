import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { ImageInstrument } from '../../annotations/image-instrument.entity.js';
import { plannedRows } from '../../database/estimate.js';
import type { Image } from '../image.entity.js';

type Images = SelectQueryBuilder<Image>;

const WALKED = 'walked';
/** To look at one of the other images costs as much as two of a label: its labels are to be looked up as well. */
const COST_OF_OTHERS = 2;

/**
 * The label whose list to walk in the order of capture in place of the images that everything else lets through: the
 * rarest one, if there are fewer of it. Whichever list is the shorter bounds what a page costs, also where what is
 * looked for stands at its far end; and the longer it is, the sooner does the other one have what is looked for.
 *
 * The planner does not choose so by itself: it takes what is looked for to be evenly spread.
 * @param labelIds of labels that images must carry
 * @param others images without regard to labels
 */
export async function labelToWalk(
  manager: EntityManager,
  labelIds: readonly string[],
  others: Images,
): Promise<string | undefined> {
  const candidates = await Promise.all(
    labelIds.map(async (id) => ({ id, rows: await rowsOfLabel(manager, id) })),
  );
  const [rarest] = candidates.sort((one, other) => one.rows - other.rows);
  if (!rarest) return undefined;
  const [sql, parameters] = others.select('image.id').getQueryAndParameters();
  const rowsOfOthers = await plannedRows(manager, sql, parameters);
  return rarest.rows <= COST_OF_OTHERS * rowsOfOthers ? rarest.id : undefined;
}

/** Has images come from the list of a label. */
export function walk(images: Images, labelId: string): void {
  images.innerJoin(
    ImageInstrument,
    WALKED,
    `${WALKED}.imageId = image.id AND ${WALKED}.instrumentId = :walkedId`,
    { walkedId: labelId },
  );
}

/** Where the time of capture and the id stand in a query: in the list of a label that is walked, or in the images. */
export function captureOf(images: Images): { time: string; id: string } {
  const isWalked = images.expressionMap.aliases.some(({ name }) => name === WALKED);
  return isWalked
    ? { time: `${WALKED}.capturedAt`, id: `${WALKED}.imageId` }
    : { time: 'image.capturedAt', id: 'image.id' };
}

function rowsOfLabel(manager: EntityManager, labelId: string): Promise<number> {
  return plannedRows(manager, 'SELECT FROM image_instruments WHERE instrument_id = $1', [labelId]);
}
