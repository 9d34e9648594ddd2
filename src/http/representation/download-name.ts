import { create } from 'content-disposition';

const EXTENSIONS: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/tiff': 'tif',
  'image/gif': 'gif',
};
const PICTURE_EXTENSION = /\.(?:jpe?g|png|webp|avif|tiff?|gif|heic|bmp)$/i;
// File systems take 255 bytes; browsers add " (1)", and synchronising tools more.
const MAX_NAME_BYTES = 200;
// \p{C} are the invisible ones: controls, bidirectional overrides, lone surrogates, what is not assigned.
const INVISIBLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
// What Windows takes in no name, which includes the separators of paths.
const FORBIDDEN = /[<>:"|?*/\\]/g;
const DEVICE = /^(?:con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(?=\.|$)/i;

/**
 * The name of the file in which a browser keeps a picture: the last segment of its key, made harmless, with
 * the extension of what is sent. `tray-7/front.tif` as WebP is `front.webp`.
 */
export function downloadName(imageKey: string, mediaType: string): string {
  const segment = imageKey.split(/[/\\]/).findLast((part) => part.trim() !== '') ?? '';
  const stem = harmless(segment.replace(PICTURE_EXTENSION, ''));
  const extension = EXTENSIONS[mediaType];
  const ending = extension === undefined ? '' : `.${extension}`;
  return `${cut(stem, MAX_NAME_BYTES - ending.length)}${ending}`;
}

/**
 * Content-Disposition that makes a browser keep the answer as a file of this name: RFC 6266, in UTF-8
 * (RFC 8187) beside plain ASCII where the name has other letters. The name is made harmless first.
 */
export function attachment(name: string): string {
  const safe = cut(harmless(name), MAX_NAME_BYTES);
  const ascii = safe
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    // Some browsers decode percent signs even in the plain form.
    .replaceAll(/[^\x20-\x7e]|%/gu, '_');
  // A letter of full width can be a plain slash by now.
  return create(safe, { type: 'attachment', fallback: harmless(ascii) });
}

/** A name that no file system, shell or reader takes for something else. */
function harmless(name: string): string {
  const visible = name
    .normalize('NFC')
    .replaceAll(INVISIBLE, '')
    .replaceAll(FORBIDDEN, '_')
    .replaceAll(/\s+/g, ' ')
    // Dots in front hide a file; Windows drops dots and spaces at the end.
    .replaceAll(/^[. ]+|[. ]+$/g, '');
  if (visible === '') return 'picture';
  return DEVICE.test(visible) ? `_${visible}` : visible;
}

/** As many whole characters as fit into so many bytes of UTF-8; an extension is kept. */
function cut(name: string, maxBytes: number): string {
  if (Buffer.byteLength(name) <= maxBytes) return name;
  const [ending = ''] = /\.[A-Za-z0-9]{1,5}$/.exec(name) ?? [];
  let bytes = ending.length;
  let kept = '';
  for (const { segment } of new Intl.Segmenter().segment(
    name.slice(0, -ending.length || undefined),
  )) {
    bytes += Buffer.byteLength(segment);
    if (bytes > maxBytes) break;
    kept += segment;
  }
  return `${kept.trimEnd()}${ending}`;
}
