import { once } from 'node:events';
import { createServer } from 'node:http';
import pg from 'pg';

// The limit of reads.mjs: nothing but node:http, pg and the service's own SQL, whose JSON goes out as it comes.

const [{ url, setSql, listSql }] = await once(process, 'message');
const pool = new pg.Pool({ connectionString: url, max: 10 });
const SET = { name: 'set', text: setSql[0] };
const IMAGES = { name: 'images', text: listSql[0] };
const ANNOTATIONS = { name: 'annotations', text: listSql[1] };

/** The clients of a caller who is bound to none. */
const EVERYBODY = null;

const server = createServer(async (request, response) => {
  const [, key] = /^\/images\/([^/?]+)\/annotations$/.exec(request.url ?? '') ?? [];
  const body = key === undefined ? await listImages() : await readSet(decodeURIComponent(key));
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
  const { rows } = await pool.query({ ...SET, values: [key, EVERYBODY] });
  return rows[0].json;
}

async function listImages() {
  const images = (await pool.query({ ...IMAGES, values: [EVERYBODY] })).rows.slice(0, 50);
  const ids = images.map(({ image_id }) => image_id);
  const { rows } = await pool.query({ ...ANNOTATIONS, values: [ids, EVERYBODY] });
  const sets = new Map(rows.map(({ id, json }) => [id, json]));
  return `[${images.map((row) => image(row, sets.get(row.image_id))).join()}]`;
}

function image(row, annotations) {
  const details = {
    image_key: row.image_image_key,
    client_id: row.image_client_id,
    created_at: row.image_captured_at.toISOString(),
    hardware_id: row.image_hardware_id,
    ml_tag: row.image_ml_tag,
    location_id: row.image_location_id,
    user_id: row.image_user_id,
    review_state: row.image_review ?? (row.image_annotation_count > 0 ? 'annotated' : 'new'),
  };
  const others = {
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
  };
  const [begin, end] = [JSON.stringify(details), JSON.stringify(others)];
  return `${begin.slice(0, -1)},"annotations":${annotations},${end.slice(1)}`;
}
