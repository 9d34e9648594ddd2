import { once } from 'node:events';
import { createServer } from 'node:http';
import { json } from 'node:stream/consumers';
import pg from 'pg';
import { assertStatements } from '../apparatus/observed-sql.mjs';

// The limit of writes.mjs: node:http, pg and the service's own statements, and nothing checked. On a
// second port it makes one INSERT of all, which is as far as a single statement could get.

const [{ url, sql }] = await once(process, 'message');
assertStatements(
  sql,
  [
    /^START TRANSACTION/,
    /FROM images\b.*FOR NO KEY UPDATE/s,
    /FROM annotations\b.*index = \$2/s,
    /FROM gate, instruments\b.*name = ANY/s,
    /jsonb_to_recordset.*INSERT INTO annotations\b.*INSERT INTO annotation_versions\b/s,
    /UPDATE images\b/,
    /INSERT INTO "audit_log"/,
    /FROM annotations\b.*index = \$2/s,
    /^COMMIT/,
  ],
  'bare-writes.mjs',
);
const [
  begin,
  lockImage,
  findAnnotation,
  findInstruments,
  insert,
  updateImage,
  audit,
  read,
  commit,
] = sql;
const LONE_INSERT = `
  INSERT INTO annotations (image_id, index, instrument_id, polygon, attributes, source, confidence, bbox,
         area, content_bytes, created_at, updated_at, version)
  SELECT images.id, $2, instruments.id, $4, $5, 'human', $6, $7, $8, $9, $10, $10, 1
    FROM images, instruments WHERE image_key = $1 AND name = $3`;
// Out of reach of the indexes that the service gives.
let loneIndex = 1_000_000;

const pool = new pg.Pool({ connectionString: url, max: 10 });

process.send?.({ port: await listen(write), lonePort: await listen(createAlone) });

async function listen(answer) {
  const server = createServer(async (request, response) => {
    const [, key = '', index] =
      /^\/images\/([^/?]+)\/annotations(?:\/(\d+))?$/.exec(request.url ?? '') ?? [];
    const replaced = index === undefined ? undefined : Number(index);
    const stored = await answer(decodeURIComponent(key), await json(request), replaced);
    const body = JSON.stringify(stored);
    response.writeHead(replaced === undefined ? 201 : 200, {
      'Content-Type': 'application/json; charset=utf-8',
      'Content-Length': Buffer.byteLength(body),
    });
    response.end(body);
  });
  server.keepAliveTimeout = 65_000;
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return server.address().port;
}

/** @param {number | undefined} replaced the index of the annotation to replace; undefined: a new one */
async function write(key, content, replaced) {
  const client = await pool.connect();
  try {
    await client.query(begin);
    const [image] = (await client.query(lockImage, [key, null])).rows;
    const index = replaced ?? image.highest_annotation_index + 1;
    const [before] = (await client.query(findAnnotation, [image.image_id, index])).rows;
    const [instrument] = (await client.query(findInstruments, [[content.instrument]])).rows;
    const { bytes, ...measured } = measuresOf(content);
    const row = {
      ...content,
      ...measured,
      contentBytes: bytes,
      source: 'human',
      change: before ? 'replaced' : 'created',
      imageId: image.image_id,
      index,
      instrumentId: instrument.id,
    };
    const at = new Date();
    const setVersion = image.annotation_set_version + 1;
    await client.query(insert, [false, JSON.stringify([row]), at, null, setVersion]);
    await client.query(updateImage, [
      image.image_id,
      Math.max(index, image.highest_annotation_index),
      image.annotation_count + (before ? 0 : 1),
      image.annotation_bytes + bytes - (before?.content_bytes ?? 0),
      at,
      null,
      setVersion,
    ]);
    const subject = `/images/${key}/annotations/${index}`;
    const action = before ? 'annotation.replaced' : 'annotation.added';
    await client.query(audit, [at, null, action, subject, image.client_id, null]);
    const [stored] = (await client.query(read, [image.image_id, index])).rows;
    await client.query(commit);
    return { ...stored, image_id: undefined, image_key: key };
  } finally {
    client.release();
  }
}

async function createAlone(key, content) {
  const { instrument, polygon, attributes, confidence } = content;
  const { bbox, area, bytes } = measuresOf(content);
  const index = (loneIndex += 1);
  const created_at = new Date();
  await pool.query(LONE_INSERT, [
    key,
    index,
    instrument,
    polygon,
    attributes,
    confidence,
    JSON.stringify(bbox),
    area,
    bytes,
    created_at,
  ]);
  return { image_key: key, index, ...content, bbox, area, created_at, version: 1 };
}

function measuresOf(content) {
  const xs = content.polygon.points.map(([x]) => x);
  const ys = content.polygon.points.map(([, y]) => y);
  const [x, y] = [Math.min(...xs), Math.min(...ys)];
  const [width, height] = [Math.max(...xs) - x, Math.max(...ys) - y];
  return {
    bbox: [x, y, width, height],
    area: width * height,
    centroid: [x + width / 2, y + height / 2],
    bytes: Buffer.byteLength(JSON.stringify(content)),
  };
}
