import { inflateSync } from 'node:zlib';

const WOFF_HEADER = 44;
const WOFF_ENTRY = 20;
const SFNT_HEADER = 12;
const SFNT_ENTRY = 16;

/**
 * The TrueType or OpenType font in a WOFF file (W3C, WOFF File Format 1.0, §3 to §5). fontkit inflates a table of a
 * WOFF for every glyph it reads; unpacked once, text is set a hundred times faster.
 */
export function unpackedWoff(woff: Buffer): Buffer {
  if (woff.toString('latin1', 0, 4) !== 'wOFF') throw new Error('It is no WOFF file.');
  const count = woff.readUInt16BE(12);
  const header = Buffer.alloc(SFNT_HEADER + count * SFNT_ENTRY);
  woff.copy(header, 0, 4, 8);
  header.writeUInt16BE(count, 4);
  const power = Math.floor(Math.log2(count));
  header.writeUInt16BE(2 ** power * SFNT_ENTRY, 6);
  header.writeUInt16BE(power, 8);
  header.writeUInt16BE((count - 2 ** power) * SFNT_ENTRY, 10);

  const tables: Buffer[] = [];
  let offset = header.length;
  for (let at = 0; at < count; at += 1) {
    const entry = woff.subarray(WOFF_HEADER + at * WOFF_ENTRY);
    const start = entry.readUInt32BE(4);
    const packed = woff.subarray(start, start + entry.readUInt32BE(8));
    const length = entry.readUInt32BE(12);
    const table =
      packed.length < length ? inflateSync(packed, { maxOutputLength: length }) : packed;
    const target = header.subarray(SFNT_HEADER + at * SFNT_ENTRY);
    entry.copy(target, 0, 0, 4);
    entry.copy(target, 4, 16, 20);
    target.writeUInt32BE(offset, 8);
    target.writeUInt32BE(length, 12);
    tables.push(table, Buffer.alloc(-length & 3));
    offset += length + (-length & 3);
  }
  return Buffer.concat([header, ...tables]);
}
