import { open } from 'node:fs/promises';
import { FileWindow } from './file-window.js';
import { type ByteSource, TiffDirectories } from './tiff-directories.js';

/** What a camera wrote into a picture about its taking. Anything it did not write is absent. */
export interface CaptureDetails {
  /**
   * When the picture was taken, by the camera's own clock: `local` is `YYYY-MM-DDTHH:mm:ss.sss`, and
   * `offset` (`±HH:mm`) is there only if the camera wrote it. A zone is never invented.
   */
  takenAt?: { local: string; offset?: string };
  /** Maker and model, such as `Canon EOS R5`. */
  camera?: string;
}

/** The tags that are read, and their numbers in Exif 2.32. */
const TAGS = {
  Make: 0x010f,
  Model: 0x0110,
  DateTimeOriginal: 0x9003,
  SubSecTimeOriginal: 0x9291,
  OffsetTimeOriginal: 0x9011,
} as const;
type Tag = keyof typeof TAGS;
type Tags = Partial<Record<Tag, string>>;
/** The tag of the main directory that points to EXIF's own; all tags of that one are higher. */
const EXIF_DIRECTORY = 0x8769;

/**
 * Reads {@link CaptureDetails} from an EXIF block (with or without its `Exif\0\0` prefix) or from the
 * TIFF file at a path. Never throws: broken EXIF is common in good pictures and simply says nothing.
 */
export async function captureDetailsOf(source: Buffer | string): Promise<CaptureDetails> {
  const tags = await tagsOf(source);
  const details: CaptureDetails = {};
  const takenAt = takenAtOf(tags);
  if (takenAt) details.takenAt = takenAt;
  const camera = cameraOf(tags);
  if (camera) details.camera = camera;
  return details;
}

async function tagsOf(source: Buffer | string): Promise<Tags> {
  try {
    if (typeof source !== 'string') return await tiffTagsOf(heldBytes(withoutPrefix(source)));
    // A TIFF's EXIF is spread over the file itself.
    const file = await open(source, 'r');
    try {
      return await tiffTagsOf(await FileWindow.over(file));
    } finally {
      await file.close();
    }
  } catch {
    return {};
  }
}

/** The prefix belongs to JPEG's APP1 segment; libvips leaves it on for some formats only. */
function withoutPrefix(block: Buffer): Buffer {
  return block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
}

function heldBytes(block: Buffer): ByteSource {
  return {
    read: (offset, length) => Promise.resolve(block.subarray(offset, offset + length)),
  };
}

/** Hops to the few tags that are wanted: whatever else a block holds, it costs nothing. */
async function tiffTagsOf(source: ByteSource): Promise<Tags> {
  const tiff = await TiffDirectories.in(source);
  const main = await tiff?.directoryAt(tiff.first);
  if (!tiff || !main) return {};
  const pointer = await tiff.numberOf(main, EXIF_DIRECTORY);
  const exif = pointer > 0 ? await tiff.directoryAt(pointer) : undefined;
  const tags: Tags = {};
  for (const [name, tag] of Object.entries(TAGS) as [Tag, number][]) {
    tags[name] = await tiff.textOf(tag < EXIF_DIRECTORY || !exif ? main : exif, tag);
  }
  return tags;
}

const EXIF_TIME = /^(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)$/;

function takenAtOf(tags: Tags): CaptureDetails['takenAt'] {
  const match = EXIF_TIME.exec(cleanText(tags.DateTimeOriginal));
  if (!match) return undefined;
  const [, year, month, day, hour, minute, second] = match;
  const seconds = `${year}-${month}-${day}T${hour}:${minute}:${second}`;
  if (!isRealTime(seconds) || year === '0000') return undefined;
  const local = `${seconds}.${milliseconds(tags.SubSecTimeOriginal)}`;
  const offset = offsetOf(tags.OffsetTimeOriginal);
  return offset ? { local, offset } : { local };
}

/** Cameras write `0000:00:00 00:00:00` for "unknown", and Date turns Feb 30 into a day of March. */
function isRealTime(seconds: string): boolean {
  const time = new Date(`${seconds}Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(seconds);
}

/** SubSecTime is the digits after the point, as many as the camera has: `5` is half a second. */
function milliseconds(subSecond?: string): string {
  const digits = /^\d+/.exec(cleanText(subSecond))?.[0] ?? '';
  return digits.slice(0, 3).padEnd(3, '0');
}

function offsetOf(value?: string): string | undefined {
  const text = cleanText(value);
  if (text === 'Z') return '+00:00';
  const match = /^[+-](\d\d):([0-5]\d)$/.exec(text);
  // No place on earth is further from UTC than 14 hours.
  return match && Number(match[1]) * 60 + Number(match[2]) <= 14 * 60 ? text : undefined;
}

/** Many makers repeat their name in the model (`NIKON CORPORATION`, `NIKON D850`): it is said once. */
function cameraOf(tags: Tags): string | undefined {
  const make = cleanText(tags.Make);
  const model = cleanText(tags.Model);
  const [brand] = make.toLowerCase().split(' ');
  const camera = model.toLowerCase().split(' ')[0] === brand ? model : `${make} ${model}`.trim();
  // 60 characters are at most 240 bytes: within what a hardware id may have.
  return Array.from(camera).slice(0, 60).join('').trim() || undefined;
}

/**
 * One line of clean text, fit for an identifier: control characters, bidirectional overrides and the
 * replacement character of undecodable bytes become spaces, runs of space become one.
 */
function cleanText(text = ''): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\ufffd]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC');
}
