import { crc32 } from 'node:zlib';
import sharp, { type Sharp } from 'sharp';

/** What a drawn picture is to be like; its size is that of the upright picture. */
export interface Drawing {
  format: 'jpeg' | 'png' | 'webp' | 'tiff' | 'gif' | 'avif';
  width: number;
  height: number;
  /** EXIF orientation: pixels are stored turned, so that the picture is upright when it is applied. */
  orientation?: number;
  /** Makes the bottom right quadrant wholly transparent. */
  alpha?: boolean;
  /** Bits of a channel (PNG and TIFF). */
  depth?: 8 | 16;
  cmyk?: boolean;
  greyscale?: boolean;
  palette?: boolean;
  /** A profile that the pixels are converted to and that is embedded. */
  icc?: 'p3' | 'srgb' | 'cmyk';
  /** Progressive JPEG or interlaced PNG. */
  progressive?: boolean;
  lossless?: boolean;
  /** Adds noise, so that the file has a realistic size. */
  texture?: boolean;
  quality?: number;
  exif?: {
    /** As EXIF writes it: `2024:05:06 07:08:09`. */
    takenAt?: string;
    subSecond?: string;
    /** `+02:00` */
    offset?: string;
    make?: string;
    model?: string;
    /** Adds a position in Cologne. */
    gps?: boolean;
  };
}

export type Colour = readonly [red: number, green: number, blue: number];

/** The colours of the four quadrants, which tell every turn and mirroring apart. */
export const QUADRANTS = {
  topLeft: [200, 40, 60],
  topRight: [40, 160, 70],
  bottomLeft: [50, 80, 190],
  bottomRight: [230, 200, 40],
} as const satisfies Record<string, Colour>;

/** Draws a picture of four coloured quadrants. */
export async function drawPicture(drawing: Drawing): Promise<Buffer> {
  const { format, width, height, orientation = 1 } = drawing;
  const channels = drawing.alpha ? 4 : 3;
  const turned = orientation >= 5;
  const stored = turned ? { width: height, height: width } : { width, height };
  const pixels = Buffer.alloc(width * height * channels);
  for (let y = 0; y < stored.height; y += 1) {
    for (let x = 0; x < stored.width; x += 1) {
      const upright = uprightPlace(x, y, orientation, width, height);
      pixels.set(paint(upright.x, upright.y, drawing), (y * stored.width + x) * channels);
    }
  }
  const plain = sharp(pixels, { raw: { ...stored, channels } });
  return inFormat(withColours(withExif(plain, drawing), drawing), drawing, format).toBuffer();
}

/** Where the stored pixel stands in the upright picture (Exif 2.32, tag 0x0112). */
export function uprightPlace(
  x: number,
  y: number,
  orientation: number,
  width: number,
  height: number,
) {
  const [right, bottom] = [width - 1, height - 1];
  const places = [
    { x, y },
    { x: right - x, y },
    { x: right - x, y: bottom - y },
    { x, y: bottom - y },
    { x: y, y: x },
    { x: right - y, y: x },
    { x: right - y, y: bottom - x },
    { x: y, y: bottom - x },
  ];
  return places[orientation - 1] ?? { x, y };
}

function paint(x: number, y: number, { width, height, alpha, texture }: Drawing): number[] {
  const isLeft = x < width / 2;
  const isTop = y < height / 2;
  const { topLeft, topRight, bottomLeft, bottomRight } = QUADRANTS;
  const colour = isTop ? (isLeft ? topLeft : topRight) : isLeft ? bottomLeft : bottomRight;
  // A hash of the place: the same noise on every run.
  const noise = texture ? (Math.imul(x * 7919 + y * 104_729, 2_654_435_761) >>> 24) % 24 : 0;
  const painted = colour.map((value) => value + noise - (texture ? 12 : 0));
  return alpha ? [...painted, isTop || isLeft ? 255 : 0] : painted;
}

function withExif(picture: Sharp, { orientation, exif }: Drawing): Sharp {
  if (orientation) picture = picture.withMetadata({ orientation });
  if (!exif) return picture;
  return picture.withExifMerge({
    IFD0: present({ Make: exif.make, Model: exif.model }),
    IFD2: present({
      DateTimeOriginal: exif.takenAt,
      SubSecTimeOriginal: exif.subSecond,
      OffsetTimeOriginal: exif.offset,
    }),
    IFD3: exif.gps
      ? {
          GPSLatitudeRef: 'N',
          GPSLatitude: '50/1 56/1 29/1',
          GPSLongitudeRef: 'E',
          GPSLongitude: '6/1 57/1 30/1',
        }
      : {},
  });
}

function present(tags: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(tags).filter((tag): tag is [string, string] => tag[1] !== undefined),
  );
}

function withColours(picture: Sharp, { cmyk, greyscale, depth, icc }: Drawing): Sharp {
  if (cmyk) picture = picture.toColourspace('cmyk');
  if (greyscale) picture = picture.toColourspace(depth === 16 ? 'grey16' : 'b-w');
  else if (depth === 16) picture = picture.toColourspace('rgb16');
  return icc ? picture.withIccProfile(icc) : picture;
}

function inFormat(picture: Sharp, drawing: Drawing, format: Drawing['format']): Sharp {
  const { progressive = false, palette = false, lossless = false, quality = 90 } = drawing;
  switch (format) {
    case 'jpeg':
      return picture.jpeg({ quality, progressive, chromaSubsampling: '4:4:4' });
    case 'png':
      return picture.png({ progressive, palette });
    case 'webp':
      return picture.webp({ quality, lossless, effort: 0 });
    case 'tiff':
      return picture.tiff({ compression: 'deflate' });
    case 'gif':
      return picture.gif({ effort: 1 });
    case 'avif':
      return picture.avif({ quality, lossless, effort: 0 });
  }
}

export interface Pixels {
  width: number;
  height: number;
  channels: number;
  data: Buffer;
}

/** The stored pixels of a picture, as sRGB with 8 bits a channel; orientation is not applied. */
export async function pixelsOf(picture: Buffer): Promise<Pixels> {
  const { data, info } = await sharp(picture).raw().toBuffer({ resolveWithObject: true });
  return { width: info.width, height: info.height, channels: info.channels, data };
}

/** The channels of the pixel at x, y. */
export function pixelAt({ width, channels, data }: Pixels, x: number, y: number): number[] {
  const at = (y * width + x) * channels;
  return [...data.subarray(at, at + channels)];
}

/** The middles of the four quadrants, in the order of {@link QUADRANTS}. */
export function quadrantsOf(pixels: Pixels): number[][] {
  const { width, height } = pixels;
  const [left, right] = [Math.floor(width / 4), Math.floor((width * 3) / 4)];
  const [top, bottom] = [Math.floor(height / 4), Math.floor((height * 3) / 4)];
  return [
    pixelAt(pixels, left, top),
    pixelAt(pixels, right, top),
    pixelAt(pixels, left, bottom),
    pixelAt(pixels, right, bottom),
  ];
}

/** The first `percent` of a file. */
export function truncated(file: Buffer, percent: number): Buffer {
  return file.subarray(0, Math.floor((file.length * percent) / 100));
}

/** A PNG of a few bytes that says it is `width` × `height`. */
export function pngBomb(width = 60_000, height = 60_000): Buffer {
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 2, 0, 0, 0], 8);
  return Buffer.concat([
    Buffer.from('\x89PNG\r\n\x1a\n', 'latin1'),
    pngChunk('IHDR', header),
    pngChunk('IDAT', Buffer.from('789c030000000001', 'hex')),
    pngChunk('IEND', Buffer.alloc(0)),
  ]);
}

/** One chunk of a PNG, with its length and checksum. */
export function pngChunk(name: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
}

/** A JPEG that is a web page as well. */
export async function polyglot(): Promise<Buffer> {
  const picture = await drawPicture({ format: 'jpeg', width: 64, height: 48 });
  return Buffer.concat([picture, Buffer.from('<html><script>alert(1)</script></html>')]);
}

export function svg(): Buffer {
  return Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>');
}

export function ppm(): Buffer {
  return Buffer.from('P6 2 1 255\n\x01\x02\x03\x04\x05\x06', 'latin1');
}

export function pdf(): Buffer {
  return Buffer.from('%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF');
}
