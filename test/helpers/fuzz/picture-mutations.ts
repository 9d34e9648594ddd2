import fc from 'fast-check';
import sharp from 'sharp';
import { drawPicture, type Drawing } from '../pictures.js';

const SIZE = { width: 40, height: 30 };
const DRAWINGS: readonly Partial<Drawing>[] = [
  { format: 'jpeg' },
  { format: 'jpeg', progressive: true },
  { format: 'jpeg', greyscale: true },
  { format: 'jpeg', cmyk: true, icc: 'cmyk' },
  {
    format: 'jpeg',
    orientation: 6,
    exif: { takenAt: '2024:05:06 07:08:09', offset: '+02:00', make: 'A', model: 'B', gps: true },
  },
  { format: 'jpeg', icc: 'p3', texture: true },
  { format: 'png' },
  { format: 'png', progressive: true },
  { format: 'png', palette: true },
  { format: 'png', depth: 16, alpha: true },
  { format: 'png', greyscale: true, orientation: 3 },
  { format: 'webp' },
  { format: 'webp', lossless: true, alpha: true, orientation: 8 },
  { format: 'tiff' },
  { format: 'tiff', depth: 16 },
  { format: 'tiff', orientation: 5, exif: { takenAt: '2024:05:06 07:08:09' } },
  { format: 'gif' },
  { format: 'gif', alpha: true },
  { format: 'avif' },
  { format: 'avif', alpha: true, orientation: 2 },
];

/** Small pictures of every accepted format, still and animated. */
export async function drawSamples(): Promise<Buffer[]> {
  const stills = await Promise.all(
    DRAWINGS.map((drawing) => drawPicture({ format: 'jpeg', ...SIZE, ...drawing })),
  );
  const frames = Buffer.alloc(16 * 12 * 3 * 4, 0);
  frames.forEach((_, place) => (frames[place] = (place * 7) % 251));
  const film = () => sharp(frames, { raw: { width: 16, height: 48, channels: 3, pageHeight: 12 } });
  return [
    ...stills,
    await film().gif().toBuffer(),
    await film().webp({ effort: 0 }).toBuffer(),
    await film().tiff().toBuffer(),
  ];
}

/** A sample, and what happens to its bytes; told apart so that a failure can be shrunk. */
export interface Mutant {
  sample: number;
  changes: Change[];
}

interface Change {
  kind: (typeof KINDS)[number];
  /** Where, as a share of the length. */
  at: number;
  length: number;
  bytes: Uint8Array;
  other: number;
}

const KINDS = [
  'flip',
  'write',
  'insert',
  'remove',
  'cut',
  'repeat',
  'move',
  'head',
  'length',
  'zero',
] as const;

/** Samples with one to six changes; now and then with none. */
export function mutants(samples: readonly Buffer[]): fc.Arbitrary<Mutant> {
  // Not fc.double, half of whose values are next to nothing.
  const share = fc.noBias(fc.nat({ max: 1_000_000 })).map((place) => place / 1_000_000);
  // Most of the changes leave the signature alone, or every decoder would be spared.
  const change = fc.record({
    kind: fc.oneof(
      { weight: 12, arbitrary: fc.constantFrom(...KINDS.slice(1)) },
      { weight: 8, arbitrary: fc.constant('flip' as const) },
    ),
    at: fc.oneof(
      share,
      share,
      share.map((whole) => whole ** 3),
    ),
    length: fc.oneof(fc.integer({ min: 1, max: 16 }), fc.integer({ min: 1, max: 400 })),
    bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    other: fc.nat({ max: samples.length - 1 }),
  });
  return fc.record({
    sample: fc.nat({ max: samples.length - 1 }),
    changes: fc.oneof(
      { weight: 20, arbitrary: fc.array(change, { minLength: 1, maxLength: 6 }) },
      { weight: 1, arbitrary: fc.constant<Change[]>([]) },
    ),
  });
}

/** The bytes of a mutant. */
export function mutated({ sample, changes }: Mutant, samples: readonly Buffer[]): Buffer {
  return changes.reduce<Buffer>(
    (bytes, change) => changed(bytes, change, samples),
    Buffer.from(samples[sample]!),
  );
}

function changed(
  bytes: Buffer,
  { kind, at: share, length, bytes: given, other }: Change,
  samples: readonly Buffer[],
): Buffer {
  if (bytes.length === 0) return bytes;
  const at = Math.min(bytes.length - 1, Math.floor(share * bytes.length));
  const end = Math.min(bytes.length, at + length);
  const [before, piece, after] = [
    bytes.subarray(0, at),
    bytes.subarray(at, end),
    bytes.subarray(end),
  ];
  switch (kind) {
    case 'flip':
      return Buffer.concat([
        before,
        Buffer.from([piece[0]! ^ (1 << (length % 8))]),
        bytes.subarray(at + 1),
      ]);
    case 'write':
      return Buffer.concat([
        before,
        given,
        bytes.subarray(Math.min(bytes.length, at + given.length)),
      ]);
    case 'insert':
      return Buffer.concat([before, given, bytes.subarray(at)]);
    case 'remove':
      return Buffer.concat([before, after]);
    case 'cut':
      return before;
    case 'repeat':
      return Buffer.concat([before, piece, piece, after]);
    case 'move':
      return Buffer.concat([before, after, piece]);
    case 'head':
      return Buffer.concat([
        samples[other]!.subarray(0, length),
        bytes.subarray(Math.min(bytes.length, length)),
      ]);
    case 'length':
      return withNumber(bytes, at, given[0]! % 4, length * (given.at(-1)! + 1));
    case 'zero':
      return Buffer.concat([before, Buffer.alloc(piece.length), after]);
  }
}

/** A number of two or four bytes, either end first, where a format may have a length or a size. */
function withNumber(bytes: Buffer, at: number, form: number, value: number): Buffer {
  const copy = Buffer.concat([bytes, Buffer.alloc(4)]);
  if (form === 0) copy.writeUInt16BE(value & 0xffff, at);
  else if (form === 1) copy.writeUInt16LE(value & 0xffff, at);
  else if (form === 2) copy.writeUInt32BE((value * 65_599) >>> 0, at);
  else copy.writeUInt32LE((value * 65_599) >>> 0, at);
  return copy.subarray(0, bytes.length);
}
