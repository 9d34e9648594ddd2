import type { EntityManager, SelectQueryBuilder } from 'typeorm';
import { ImageInstrument } from '../../annotations/image-instrument.entity.js';
import { plannedRows } from '../../database/estimate.js';
import type { ImageFilter } from '../image.js';
import { Image } from '../image.entity.js';

type Images = SelectQueryBuilder<Image>;

const WALKED = 'walked';
const BESIDE = 'beside';
/** To look at one of the other images costs as much as two of a label: its labels are to be looked up as well. */
const COST_OF_OTHERS = 2;
/** Of two lists that are read side by side nothing is looked up but what stands in both. */
const COST_OF_OTHERS_BESIDE = 4;

/** What images share whose lists, in the order of capture, are indexes of their own (migrations/beyond-entities.ts). */
const LISTED_BY = {
  userIds: 'userId',
  hardwareIds: 'hardwareId',
  locationIds: 'locationId',
  clientIds: 'clientId',
  mlTags: 'mlTag',
} as const;

/** One of the lists of what images share. */
interface SharedList {
  property: (typeof LISTED_BY)[keyof typeof LISTED_BY];
  value: string;
}

/** By which lists images are looked for. */
export interface Walk {
  /** The label whose list it is. */
  labelId: string;
  /** Another list that is read beside it: what stands in both is looked for. */
  beside?: SharedList;
  /** Where both are begun to be read. */
  from: Extreme;
}

/** The newest or the oldest capture. */
export type Extreme = 'max' | 'min';

/** For a page, and for a count: of what stands in two lists the planner expects one image, so that none is taken there. */
export interface Walks {
  page?: Walk;
  count?: Walk;
}

/**
 * The label whose list to walk in the order of capture in place of the images that everything else lets through: the
 * rarest one, if there are fewer of it. Whichever list is the shorter bounds what a page costs, also where what is
 * looked for stands at its far end; and the longer it is, the sooner does the other one have what is looked for. With a
 * list of what the images share beside it, ten entries cost as much as one image that is looked at.
 *
 * The planner does not choose so by itself: it takes what is looked for to be evenly spread.
 * @param labelIds of labels that images must carry
 * @param filter what else they must be
 * @param others images without regard to labels
 * @param from which captures come first
 */
export async function walksOf(
  manager: EntityManager,
  labelIds: readonly string[],
  filter: ImageFilter,
  others: Images,
  from: Extreme,
): Promise<Walks> {
  const label = await shortest(labelIds, (id) => rowsOfLabel(manager, id));
  if (!label) return {};
  const [sql, parameters] = others.clone().select('image.id').getQueryAndParameters();
  const rowsOfOthers = await plannedRows(manager, sql, parameters);
  const beside = await shortest(sharedLists(filter), (list) => rowsOfList(manager, list));
  const alone =
    label.rows <= COST_OF_OTHERS * rowsOfOthers ? { labelId: label.list, from } : undefined;
  const both =
    beside && Math.min(label.rows, beside.rows) <= COST_OF_OTHERS_BESIDE * rowsOfOthers
      ? { labelId: label.list, beside: beside.list, from }
      : alone;
  return { ...(both && { page: both }), ...(alone && { count: alone }) };
}

/** Has images come from the list of a label. */
export function walk(images: Images, { labelId, beside, from }: Walk, { life }: ImageFilter): void {
  // With another list beside it, it must not be known that its images are the same: PostgreSQL would read them in
  // place of their list, and not their index alone.
  const image = beside ? `${WALKED}.imageId + 0` : `${WALKED}.imageId`;
  const listed = `image.id = ${image} AND ${WALKED}.instrumentId = :walkedId`;
  if (!beside) {
    images.innerJoin(ImageInstrument, WALKED, listed, { walkedId: labelId });
    return;
  }
  // Each list is entered where the other one begins: all that lies before stands in one of them alone.
  const furthest = (of: typeof Image | typeof ImageInstrument, condition: string) =>
    images
      .subQuery()
      .select(`${from}(furthest.capturedAt)`)
      .from(of, 'furthest')
      .where(condition)
      .getQuery();
  const beyond = from === 'max' ? '<=' : '>=';
  const ofBeside = furthest(Image, `furthest.${beside.property} = :besideValue`);
  images.innerJoin(
    ImageInstrument,
    WALKED,
    `${listed} AND ${WALKED}.capturedAt ${beyond} ${ofBeside}`,
    {
      walkedId: labelId,
      besideValue: beside.value,
    },
  );
  const ofWalked = furthest(ImageInstrument, 'furthest.instrumentId = :walkedId');
  const inUse = life === 'in-use' ? ` AND ${BESIDE}.trashedAt IS NULL` : '';
  const same = `${BESIDE}.capturedAt = ${WALKED}.capturedAt AND ${BESIDE}.id = ${WALKED}.imageId`;
  images.innerJoin(
    Image,
    BESIDE,
    `${BESIDE}.${beside.property} = :besideValue AND ${BESIDE}.capturedAt ${beyond} ${ofWalked} AND ${same}${inUse}`,
  );
}

/** Where the time of capture and the id stand in a query: in each list that is walked, or in the images. */
export function capturesOf(images: Images): [Capture, ...Capture[]] {
  const has = (name: string) => images.expressionMap.aliases.some((alias) => alias.name === name);
  if (!has(WALKED)) return [{ time: 'image.capturedAt', id: 'image.id' }];
  const walked = { time: `${WALKED}.capturedAt`, id: `${WALKED}.imageId` };
  return has(BESIDE) ? [walked, { time: `${BESIDE}.capturedAt`, id: `${BESIDE}.id` }] : [walked];
}

interface Capture {
  time: string;
  id: string;
}

/** Of what is asked for with one value only. */
function sharedLists(filter: ImageFilter): SharedList[] {
  return Object.entries(LISTED_BY).flatMap(([name, property]) => {
    const [value, ...others] = filter[name as keyof typeof LISTED_BY] ?? [];
    return value !== undefined && others.length === 0 ? [{ property, value }] : [];
  });
}

async function shortest<L>(
  lists: readonly L[],
  rowsOf: (list: L) => Promise<number>,
): Promise<{ list: L; rows: number } | undefined> {
  const sized = await Promise.all(lists.map(async (list) => ({ list, rows: await rowsOf(list) })));
  return sized.sort((one, other) => one.rows - other.rows)[0];
}

function rowsOfLabel(manager: EntityManager, labelId: string): Promise<number> {
  return plannedRows(manager, 'SELECT FROM image_instruments WHERE instrument_id = $1', [labelId]);
}

function rowsOfList(manager: EntityManager, { property, value }: SharedList): Promise<number> {
  const images = manager
    .createQueryBuilder(Image, 'image')
    .where(`image.${property} = :value`, { value });
  return plannedRows(manager, ...images.select('image.id').getQueryAndParameters());
}
