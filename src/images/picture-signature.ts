/** The kinds of picture that are accepted, by the media type they are served with. */
export type PictureMediaType =
  'image/jpeg' | 'image/png' | 'image/webp' | 'image/tiff' | 'image/gif' | 'image/avif';

/** How many bytes of a file's beginning {@link mediaTypeOf} wants to see. */
export const SIGNATURE_BYTES = 256;

/**
 * The kind of picture a file claims to be by its first bytes; `undefined` for everything else. Never
 * asks a name or a header of the client's. The claim is cheap and may be false: only a decode tells.
 *
 * Four bytes decide where they can, so that the first percent of a small picture is still recognised
 * as one that was cut, not as something unknown.
 */
export function mediaTypeOf(head: Buffer): PictureMediaType | undefined {
  const start = head.toString('latin1', 0, 4);
  if (start.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (start === '\x89PNG') return 'image/png';
  if (start === 'GIF8') return 'image/gif';
  if (TIFF_STARTS.has(start)) return 'image/tiff';
  if (start === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP') return 'image/webp';
  if (isAvif(head)) return 'image/avif';
  return undefined;
}

/** Both byte orders, each classic (42) and BigTIFF (43). */
const TIFF_STARTS = new Set(['II*\0', 'MM\0*', 'II+\0', 'MM\0+']);

/**
 * HEIC shares AVIF's container; the brands of the `ftyp` box tell them apart (ISO/IEC 14496-12 §4.3,
 * AV1 Image File Format §6).
 */
function isAvif(head: Buffer): boolean {
  if (head.length < 12 || head.toString('latin1', 4, 8) !== 'ftyp') return false;
  const end = Math.min(head.readUInt32BE(0), head.length);
  const brands = [head.toString('latin1', 8, 12)];
  for (let at = 16; at + 4 <= end; at += 4) brands.push(head.toString('latin1', at, at + 4));
  return brands.includes('avif') || brands.includes('avis');
}
