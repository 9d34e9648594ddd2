import { crc32 } from 'node:zlib';
import { formQuestion, jsonQuestion } from './http.mjs';

/** @typedef {{ name: string, question: import('./http.mjs').Question, statuses: number[] }} Hostility */

/** Requests that nobody should send, and what they are answered. @param {Buffer} picture a good one @returns {Hostility[]} */
export function hostilities(picture) {
  const upload = (
    /** @type {string} */ name,
    /** @type {Buffer} */ file,
    /** @type {number} */ status,
  ) => ({
    name,
    question: formQuestion({ client_id: 'soak', created_at: '2026-03-01T08:30:00Z' }, file),
    statuses: [status],
  });
  const annotate = (/** @type {unknown} */ points) =>
    jsonQuestion('POST', '/images/nobody/annotations', { instrument: 'a', polygon: { points } });
  return [
    upload('PNG bomb', pngBomb(60_000, 60_000), 413),
    upload('GIF bomb', gifBomb(60_000, 60_000), 413),
    upload('TIFF bomb', tiffBomb(60_000, 60_000), 413),
    upload('cut picture', picture.subarray(0, picture.length / 2), 422),
    upload('no picture', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 415),
    { name: 'deep JSON', question: rawJson('['.repeat(50_000)), statuses: [400] },
    { name: 'large JSON', question: rawJson(`["${'x'.repeat(2_000_000)}"]`), statuses: [413] },
    { name: '__proto__', question: rawJson('{"__proto__":{"admin":true}}'), statuses: [400] },
    {
      name: 'many points',
      question: annotate(Array(20_000).fill([1, 2])),
      statuses: [400, 404, 413],
    },
    { name: 'bad path', question: { path: '/images/%C0%AE%00' }, statuses: [400] },
    { name: 'bad cursor', question: { path: '/images?cursor=AAAA' }, statuses: [400] },
    {
      name: 'large scale',
      question: { path: '/images/nobody/file?scale=1e309' },
      statuses: [400, 404],
    },
  ];
}

/** @param {string} text */
function rawJson(text) {
  const headers = { 'content-type': 'application/json' };
  return { method: 'POST', path: '/users', headers, body: Buffer.from(text) };
}

/** A PNG of a few bytes that says it is `width` × `height`. @param {number} width @param {number} height */
function pngBomb(width, height) {
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

/** @param {string} name @param {Buffer} data */
function pngChunk(name, data) {
  const body = Buffer.concat([Buffer.from(name, 'latin1'), data]);
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(data.length, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  return chunk;
}

/** @param {number} width @param {number} height */
function gifBomb(width, height) {
  const screen = Buffer.from([...Buffer.from('GIF89a'), 0, 0, 0, 0, 0x80, 0, 0, 0, 0, 0, 9, 9, 9]);
  screen.writeUInt16LE(width, 6);
  screen.writeUInt16LE(height, 8);
  const frame = Buffer.from([0x2c, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 2, 0x44, 1, 0]);
  frame.writeUInt16LE(width, 5);
  frame.writeUInt16LE(height, 7);
  return Buffer.concat([screen, frame, Buffer.from([0x3b])]);
}

/** @param {number} width @param {number} height */
function tiffBomb(width, height) {
  const fields = [
    [256, width],
    [257, height],
    [258, 8],
    [259, 1],
    [262, 1],
    [273, 8],
    [277, 1],
    [278, height],
    [279, 100],
  ];
  const directory = Buffer.alloc(2 + fields.length * 12 + 4);
  directory.writeUInt16LE(fields.length, 0);
  for (const [index, [tag = 0, value = 0]] of fields.entries()) {
    directory.writeUInt16LE(tag, 2 + index * 12);
    directory.writeUInt16LE(4, 4 + index * 12);
    directory.writeUInt32LE(1, 6 + index * 12);
    directory.writeUInt32LE(value, 10 + index * 12);
  }
  return Buffer.concat([Buffer.from('II*\0\x08\0\0\0', 'latin1'), directory]);
}
