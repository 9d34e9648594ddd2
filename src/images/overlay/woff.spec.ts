import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { unpackedWoff } from './woff.js';

const path = '@fontsource/dejavu-sans/files/dejavu-sans-latin-400-normal.woff';
const woff = readFileSync(createRequire(import.meta.url).resolve(path));

/** OpenType, "Calculating checksums": the sum of the table's 32-bit words. */
function checksumOf(table: Buffer): number {
  const padded = Buffer.concat([table, Buffer.alloc(-table.length & 3)]);
  let sum = 0;
  for (let at = 0; at < padded.length; at += 4) sum = (sum + padded.readUInt32BE(at)) >>> 0;
  return sum;
}

describe('unpackedWoff', () => {
  it('gives a font with every table as its checksum has it', () => {
    const font = unpackedWoff(woff);
    expect(font.length).toBe(woff.readUInt32BE(16));
    const tables = Array.from({ length: font.readUInt16BE(4) }, (_, at) => {
      const entry = font.subarray(12 + at * 16);
      const offset = entry.readUInt32BE(8);
      const table = font.subarray(offset, offset + entry.readUInt32BE(12));
      return { tag: entry.toString('latin1', 0, 4), sum: entry.readUInt32BE(4), table };
    });
    expect(tables.map(({ tag }) => tag)).toEqual(expect.arrayContaining(['cmap', 'glyf', 'GSUB']));
    for (const { tag, sum, table } of tables) {
      // That of "head" is made with a zero where the font's own checksum stands.
      const content = tag === 'head' ? Buffer.from(table).fill(0, 8, 12) : table;
      expect([tag, checksumOf(content)]).toEqual([tag, sum]);
    }
  });

  it('refuses what is no WOFF', () => {
    expect(() => unpackedWoff(Buffer.from('OTTO'.padEnd(64)))).toThrow('no WOFF');
  });
});
