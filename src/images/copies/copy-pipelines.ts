import type { Sharp } from 'sharp';
import type { Size } from '../../renditions/boxes.js';
import type { PictureMediaType } from '../picture-signature.js';
import { type FromPixels, rawOf, type RawPixels } from '../raw-pixels.js';
import { PNG_SETTINGS } from '../rendition-formats.js';
import { copySize, type CopySpec } from './copy-choice.js';

export interface MadeCopy {
  spec: CopySpec;
  mediaType: PictureMediaType;
  data: Buffer;
}

/** Higher ones add more bytes than decibels, lower ones would be seen in what is made of the copy. */
const COPY_QUALITY = 96;
/** The full size is most of a pyramid; from 90 on, sharp keeps a TIFF's colours at full resolution. */
const [FULL_LEVEL_QUALITY, LEVEL_QUALITY] = [90, 96];
const TILE_SIDE = 512;

/**
 * Makes the whole copies of a picture by one decode, each of the next larger one's exact pixels.
 * @param upright the picture, upright, that nothing was made of yet
 * @param isLossless the picture was compressed without loss, and so are its copies
 */
export async function makeWholeCopies(
  upright: Sharp,
  picture: Size,
  specs: readonly CopySpec[],
  isLossless: boolean,
  fromPixels: FromPixels,
): Promise<MadeCopy[]> {
  const made: MadeCopy[] = [];
  const last = Math.max(...specs.map(({ level }) => level));
  let source = upright;
  for (let level = 1; level <= last; level += 1) {
    const { width, height } = copySize(picture, { layout: 'whole', level });
    const pixels = await rawOf(
      source.resize(width, height, { fit: 'fill', fastShrinkOnLoad: false }),
    );
    source = fromPixels(pixels);
    const spec = specs.find((one) => one.level === level);
    // Not a clone of the next one's source: sharp would clone the pixels too.
    if (spec) made.push(await encoded(fromPixels(pixels), spec, isLossless || hasAlpha(pixels)));
  }
  return made;
}

/**
 * Makes the levels of a pyramid, as TIFFs of tiles.
 * @param open begins with the picture, upright, anew: it is decoded twice
 * @param keepsAll no loss: the picture has alpha, or none either
 * @param pathOf where a level shall be written
 */
export async function makeLevels(
  open: () => Sharp,
  picture: Size,
  specs: readonly CopySpec[],
  keepsAll: boolean,
  pathOf: (spec: CopySpec) => string,
  fromPixels: FromPixels,
): Promise<void> {
  const write = async (source: Sharp, spec: CopySpec) => {
    const quality = spec.level === 0 ? FULL_LEVEL_QUALITY : LEVEL_QUALITY;
    const tiles = { tile: true, tileWidth: TILE_SIDE, tileHeight: TILE_SIDE, bigtiff: false };
    await source
      .tiff(
        keepsAll
          ? { ...tiles, compression: 'deflate', predictor: 'horizontal' }
          : { ...tiles, compression: 'jpeg', quality },
      )
      .toFile(pathOf(spec));
  };
  let pixels: RawPixels | undefined;
  // Anew for each use: a clone by sharp would clone the pixels too.
  const source = () => (pixels ? fromPixels(pixels) : open());
  for (const spec of specs) {
    if (spec.level > 0) pixels = await rawOf(halved(source(), pixels ?? picture));
    await write(source(), spec);
  }
}

/** Exactly half of each side; of an odd one the last pixel is left out, and that before it repeated. */
function halved(source: Sharp, { width, height }: Size): Sharp {
  const [right, bottom] = [isOdd(width), isOdd(height)];
  const even = { left: 0, top: 0, width: width - right, height: height - bottom };
  return source
    .extract(even)
    .resize(even.width / 2, even.height / 2, { fit: 'fill' })
    .extend({ right, bottom, extendWith: 'copy' });
}

function isOdd(side: number): 0 | 1 {
  return side > 1 && side % 2 === 1 ? 1 : 0;
}

async function encoded(source: Sharp, spec: CopySpec, keepsAll: boolean): Promise<MadeCopy> {
  // What is left of the smaller ones is so little that it is kept as it is.
  if (keepsAll || spec.level > 1)
    return { spec, mediaType: 'image/png', data: await source.png(PNG_SETTINGS).toBuffer() };
  // Optimised coding would hold twice the bytes of all pixels, to save seven per cent of the file's.
  const optimiseCoding = false;
  const jpeg = source.jpeg({ quality: COPY_QUALITY, chromaSubsampling: '4:4:4', optimiseCoding });
  return { spec, mediaType: 'image/jpeg', data: await jpeg.toBuffer() };
}

function hasAlpha({ channels }: RawPixels): boolean {
  return channels % 2 === 0;
}
