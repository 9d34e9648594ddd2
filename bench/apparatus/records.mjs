export const IMAGES = 10_000;
export const ANNOTATIONS_PER_IMAGE = 10;
export const LABELS = [
  'needle holder',
  'mayo scissors',
  'kocher clamp',
  'adson forceps',
  'retractor',
  'scalpel handle',
  'towel clamp',
  'suction tube',
];

/** @param {number} number 0 to IMAGES - 1 */
export function imageKey(number) {
  return `tray-${String(number).padStart(6, '0')}/front`;
}

/**
 * Loads 10,000 images with 10 annotations of 8 points each, as the service would have stored them.
 *
 * @param {import('pg').Client} client of a migrated, empty database
 */
export async function loadRecords(client) {
  await client.query(
    `INSERT INTO users (id, first_name, last_name, role, created_at, updated_at, version)
     SELECT 'user-' || n, 'Ada', 'Lovelace', 'nurse', now(), now(), 1 FROM generate_series(0, 19) AS n`,
  );
  await client.query(
    `INSERT INTO locations (id, address, town, country, created_at, updated_at, version)
     SELECT 'theatre-' || n, '1 High Street', 'Cologne', 'DE', now(), now(), 1
       FROM generate_series(0, 9) AS n`,
  );
  await client.query('INSERT INTO instruments (name) SELECT unnest($1::text[])', [LABELS]);
  await client.query(
    `INSERT INTO images (image_key, client_id, captured_at, hardware_id, ml_tag, location_id, user_id,
            received_at, updated_at, version, creation_digest, annotation_set_version,
            highest_annotation_index, annotation_count, annotation_bytes, file_storage_key,
            file_media_type, file_width, file_height, file_bytes, file_sha256, file_orientation,
            file_thumbhash)
     SELECT 'tray-' || lpad(n::text, 6, '0') || '/front', 'client-' || n % 5,
            timestamptz '2026-01-01' + n * interval '7 minutes', 'Canon EOS R5',
            (ARRAY['TRAIN', 'TEST', 'LIVE'])[1 + n % 3], 'theatre-' || n % 10, 'user-' || n % 20,
            timestamptz '2026-06-01', timestamptz '2026-06-01', 1, encode(sha256(n::text::bytea), 'hex'),
            1, $2::int - 1, $2, $2 * 300, 'pictures/' || n, 'image/jpeg', 4000, 3000,
            4000000 + n, encode(sha256(n::text::bytea), 'hex'), 1, '3OcRJYB4d3h/iIeHeEh3eIhw+j2w'
       FROM generate_series(0, $1::int - 1) AS n`,
    [IMAGES, ANNOTATIONS_PER_IMAGE],
  );
  await client.query(
    `INSERT INTO annotations (image_id, index, instrument_id, polygon, attributes, source, confidence,
            bbox, area, centroid, content_bytes, created_at, updated_at, version)
     SELECT images.id, index, 1 + (images.id + index) % $2,
            jsonb_build_object('points', (
              SELECT jsonb_agg(jsonb_build_array(round((x + r * cos(k * pi() / 4))::numeric, 2),
                                                 round((y + r * sin(k * pi() / 4))::numeric, 2)) ORDER BY k)
                FROM generate_series(0, 7) AS k)),
            '{"condition": "clean", "occluded": false}', 'human', round(0.5 + r / 1000, 2),
            jsonb_build_array(x - r, y - r, 2 * r, 2 * r), round(2 * sqrt(2) * r * r * 100) / 100,
            jsonb_build_array(x, y), 300,
            timestamptz '2026-06-01', timestamptz '2026-06-01', 1
       FROM images
            CROSS JOIN generate_series(0, $1::int - 1) AS index
            CROSS JOIN LATERAL (SELECT 500 + 37 * (images.id * 7 + index * 13) % 3000 AS x,
                                       500 + 41 * (images.id * 3 + index * 11) % 2000 AS y,
                                       100 + (images.id + index * 29) % 300 AS r) AS place`,
    [ANNOTATIONS_PER_IMAGE, LABELS.length],
  );
  await client.query('VACUUM ANALYZE');
}
