import { RangeNotSatisfiable } from './representation.errors.js';

/** From `start` to `end`, both included, counted from 0. */
export interface ByteRange {
  start: number;
  end: number;
}

/** More parts than this in one answer are an attack, or a client that is better off with all of it. */
export const MAX_RANGES = 16;

// RFC 9110 section 14.1.2: first-byte "-" [last-byte], or "-" suffix-length.
const RANGE_SPEC = /^(\d*)-(\d*)$/;

/**
 * The parts that a Range header asks for (RFC 9110 section 14.2), those that overlap or touch joined, in the
 * order in which they were asked for.
 * @param bytes length of the whole
 * @returns undefined if the whole is to be sent: nothing is asked for, the header is malformed or counts in
 * another unit, asks for more than there is in sum, or for more than MAX_RANGES parts
 * @throws RangeNotSatisfiable when the header is fine but nothing it asks for exists
 */
export function rangesOf(
  header: string | undefined,
  bytes: number,
): readonly ByteRange[] | undefined {
  const specs = header === undefined ? undefined : specsOf(header);
  if (!specs) return undefined;
  const asked = specs.map((spec) => rangeOf(spec, bytes)).filter((range) => range !== undefined);
  if (asked.length === 0) throw new RangeNotSatisfiable(bytes);
  if (asked.reduce((sum, range) => sum + lengthOf(range), 0) > bytes) return undefined;
  const joined = joinedOf(asked);
  return joined.length > MAX_RANGES ? undefined : joined;
}

/** How many bytes a range has. */
export function lengthOf({ start, end }: ByteRange): number {
  return end - start + 1;
}

/** `bytes 0-499/1234` */
export function contentRangeOf({ start, end }: ByteRange, bytes: number): string {
  return `bytes ${start}-${end}/${bytes}`;
}

interface Spec {
  first: number | undefined;
  last: number | undefined;
}

/** @returns undefined if the header is none that this service understands */
function specsOf(header: string): Spec[] | undefined {
  const [, set] = /^bytes=(.*)$/i.exec(header.trim()) ?? [];
  // RFC 9110 section 5.6.1: empty elements of a list do not count.
  const texts = (set ?? '').split(',').map((text) => text.trim());
  const specs = texts.filter((text) => text !== '').map(specOf);
  const known = specs.filter((spec) => spec !== undefined);
  return known.length === 0 || known.length < specs.length ? undefined : known;
}

function specOf(text: string): Spec | undefined {
  const [, first = '', last = ''] = RANGE_SPEC.exec(text) ?? [];
  if (first === '' && last === '') return undefined;
  if (first !== '' && last !== '' && Number(first) > Number(last)) return undefined;
  return { first: numberIn(first), last: numberIn(last) };
}

function numberIn(digits: string): number | undefined {
  return digits === '' ? undefined : Number(digits);
}

/** @returns undefined if there is no such part */
function rangeOf({ first, last }: Spec, bytes: number): ByteRange | undefined {
  const start = first ?? Math.max(bytes - (last ?? 0), 0);
  const end = Math.min(first === undefined ? bytes : (last ?? bytes), bytes - 1);
  return start > end ? undefined : { start, end };
}

function joinedOf(asked: readonly ByteRange[]): ByteRange[] {
  const joined: (ByteRange & { place: number })[] = [];
  const sorted = asked
    .map((range, place) => ({ ...range, place }))
    .sort((one, other) => one.start - other.start);
  for (const range of sorted) {
    const before = joined.at(-1);
    if (before && range.start <= before.end + 1) {
      before.end = Math.max(before.end, range.end);
      before.place = Math.min(before.place, range.place);
    } else {
      joined.push(range);
    }
  }
  return joined
    .sort((one, other) => one.place - other.place)
    .map(({ start, end }) => ({ start, end }));
}
