import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';

// The limit of reads.mjs: nothing but node:http, pg and the service's own SQL.

const [{ url, setSql, listSql }] = await once(process, 'message');
const pool = new pg.Pool({ connectionString: url, max: 10 });
const [setStatement] = setSql;
const [imagesStatement, annotationsStatement] = listSql;

/** The clients of a caller who is bound to none. */
const EVERYBODY = null;

const server = createServer(async (request, response) => {
  const [, key] = /^\/images\/([^/?]+)\/annotations$/.exec(request.url ?? '') ?? [];
  const found = key === undefined ? await listImages() : await readSet(decodeURIComponent(key));
  const body = JSON.stringify(found);
  response.writeHead(200, {
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body);
});
server.keepAliveTimeout = 65_000;
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.({ port: server.address().port });

async function readSet(key) {
  const { rows } = await pool.query(setStatement, [key, EVERYBODY]);
  return rows.map((row) => annotation(key, row));
}

async function listImages() {
  const images = (await pool.query(imagesStatement, [EVERYBODY])).rows.slice(0, 50);
  const sets = new Map(images.map(({ image_id }) => [image_id, []]));
  const { rows } = await pool.query(annotationsStatement, [[...sets.keys()]]);
  for (const row of rows) sets.get(row.image_id).push(row);
  return images.map((row) => ({
    image_key: row.image_image_key,
    client_id: row.image_client_id,
    created_at: row.image_captured_at.toISOString(),
    hardware_id: row.image_hardware_id,
    ml_tag: row.image_ml_tag,
    location_id: row.image_location_id,
    user_id: row.image_user_id,
    review_state: row.image_review ?? (row.image_annotation_count > 0 ? 'annotated' : 'new'),
    annotations: sets.get(row.image_id).map((one) => annotation(row.image_image_key, one)),
    file: {
      media_type: row.image_file_media_type,
      width: row.image_file_width,
      height: row.image_file_height,
      bytes: row.image_file_bytes,
      sha256: row.image_file_sha256,
      orientation: row.image_file_orientation,
      thumbhash: row.image_file_thumbhash,
      url: `/images/${encodeURIComponent(row.image_image_key)}/file`,
    },
    received_at: row.image_received_at.toISOString(),
    updated_at: row.image_updated_at.toISOString(),
    deleted_at: null,
    created_by: row.image_created_by,
    updated_by: row.image_updated_by,
    version: row.image_version,
  }));
}

function annotation(imageKey, row) {
  return {
    image_key: imageKey,
    index: row.index,
    instrument: row.instrument,
    polygon: row.polygon,
    box: row.box,
    polyline: row.polyline,
    points: row.points,
    mask: row.mask,
    attributes: row.attributes,
    source: row.source,
    confidence: row.confidence,
    bbox: row.bbox,
    area: row.area,
    centroid: row.centroid,
    created_at: row.created_at.toISOString(),
    updated_at: row.updated_at.toISOString(),
    created_by: row.created_by,
    updated_by: row.updated_by,
    version: row.version,
  };
}
