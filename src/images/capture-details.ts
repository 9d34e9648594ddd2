import { open } from 'node:fs/promises';
import exifr from 'exifr';
import { FileWindow } from './file-window.js';
import { TiffDirectories } from './tiff-directories.js';

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

async function tagsOf(source: Buffer | string): Promise<Partial<Record<Tag, unknown>>> {
  try {
    if (typeof source === 'string') return await tiffTagsOf(source);
    const found: unknown = await exifr.parse(withoutPrefix(source), {
      pick: Object.keys(TAGS),
      // exifr would make a Date in the server's own zone.
      reviveValues: false,
      translateValues: false,
      gps: false,
    });
    return typeof found === 'object' && found !== null ? { ...found } : {};
  } catch {
    return {};
  }
}

/** The prefix belongs to JPEG's APP1 segment; libvips leaves it on for some formats only. */
function withoutPrefix(block: Buffer): Buffer {
  return block.toString('latin1', 0, 6) === 'Exif\0\0' ? block.subarray(6) : block;
}

/**
 * A TIFF's EXIF is spread over the file itself. libvips does not hand it out, and exifr finds it only
 * in the first 64 KB or by reading all of the file into memory.
 */
async function tiffTagsOf(path: string): Promise<Partial<Record<Tag, unknown>>> {
  const file = await open(path, 'r');
  try {
    const tiff = await TiffDirectories.in(await FileWindow.over(file));
    const main = await tiff?.directoryAt(tiff.first);
    if (!tiff || !main) return {};
    const pointer = await tiff.numberOf(main, EXIF_DIRECTORY);
    const exif = pointer > 0 ? await tiff.directoryAt(pointer) : undefined;
    const tags: Partial<Record<Tag, unknown>> = {};
    for (const [name, tag] of Object.entries(TAGS) as [Tag, number][]) {
      tags[name] = await tiff.textOf(tag < EXIF_DIRECTORY || !exif ? main : exif, tag);
    }
    return tags;
  } finally {
    await file.close();
  }
}

const EXIF_TIME = /^(\d{4}):(\d\d):(\d\d)[ T](\d\d):(\d\d):(\d\d)$/;

function takenAtOf(tags: Partial<Record<Tag, unknown>>): CaptureDetails['takenAt'] {
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
function milliseconds(subSecond: unknown): string {
  const digits = /^\d+/.exec(cleanText(subSecond))?.[0] ?? '';
  return digits.slice(0, 3).padEnd(3, '0');
}

function offsetOf(value: unknown): string | undefined {
  const text = cleanText(value);
  if (text === 'Z') return '+00:00';
  const match = /^[+-](\d\d):([0-5]\d)$/.exec(text);
  // No place on earth is further from UTC than 14 hours.
  return match && Number(match[1]) * 60 + Number(match[2]) <= 14 * 60 ? text : undefined;
}

/** Many makers repeat their name in the model (`NIKON CORPORATION`, `NIKON D850`): it is said once. */
function cameraOf(tags: Partial<Record<Tag, unknown>>): string | undefined {
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
function cleanText(value: unknown): string {
  const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  return text
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\ufffd]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim()
    .normalize('NFC');
}
