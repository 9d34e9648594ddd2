/** Labels by how many images carry them, and which. A million images carry the popular one 1,300,000 times. */
export const LABELS = {
  popular: 'needle holder',
  usual: 'kocher clamp',
  onePercent: 'adson forceps',
  old: 'glass syringe',
  rare: 'left-handed scissors',
  absent: 'nothing carries this',
};
/**
 * Areas by how many images have an annotation there, and which: the middle of most; a part beside it of one in a
 * hundred; another one of the first hundredth; a last one of 20.
 */
export const AREAS = {
  popular: '1000,1000,600,400',
  onePercent: '5000,100,50,50',
  old: '6000,100,50,50',
  rare: '7000,100,50,50',
  absent: '9000,100,50,50',
};
/** As many more, of which each annotation has one. */
const OTHERS = 200;
const USERS = 200;
const LOCATIONS = 50;
const CLIENTS = 20;
export const ANNOTATIONS_PER_IMAGE = 10;
/** Photographs come at this pace, from here on. */
const FIRST = '2020-01-01T00:00:00Z';
const EVERY_S = 120;
const BATCH = 100_000;

/** @param {number} images @param {number} share of all, by their capture @returns {string} */
export function timeAt(images, share) {
  return new Date(Date.parse(FIRST) + Math.floor(images * share) * EVERY_S * 1000).toISOString();
}

/**
 * Loads so many images with 10 annotations of 8 points each, as the service would have stored them but for their boxes,
 * which are wherever lists are searched; the more there are, the further they reach into the past of the newest.
 *
 * @param {import('pg').Client} client of a migrated, empty database
 * @param {number} images
 */
export async function loadManyRecords(client, images) {
  await client.query('SET synchronous_commit = off');
  // Checked row by row, references would take longer than all the rest; what triggers keep is filled in below.
  await client.query('SET session_replication_role = replica');
  await client.query(
    `INSERT INTO users (id, first_name, last_name, role, created_at, updated_at, version)
     SELECT 'user-' || n, 'Ada', 'Lovelace', 'nurse', now(), now(), 1 FROM generate_series(0, $1::int - 1) AS n`,
    [USERS],
  );
  await client.query(
    `INSERT INTO locations (id, address, town, country, created_at, updated_at, version)
     SELECT 'theatre-' || n, '1 High Street', 'Cologne', 'DE', now(), now(), 1
       FROM generate_series(0, $1::int - 1) AS n`,
    [LOCATIONS],
  );
  await client.query(
    `INSERT INTO instruments (name) SELECT unnest($1::text[])
     UNION ALL SELECT 'instrument ' || n FROM generate_series(1, $2::int) AS n`,
    [Object.values(LABELS), OTHERS],
  );
  for (let from = 0; from < images; from += BATCH) {
    const to = Math.min(images, from + BATCH) - 1;
    await loadImages(client, from, to);
    await loadAnnotations(client, from, to, images);
  }
  await client.query(
    `INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
     SELECT images.id, annotations.instrument_id, images.captured_at, count(*)
       FROM annotations JOIN images ON images.id = annotations.image_id
      GROUP BY images.id, annotations.instrument_id
      ORDER BY images.id`,
  );
  await client.query('RESET session_replication_role');
  await client.query('VACUUM ANALYZE');
}

/** @param {import('pg').Client} client @param {number} from @param {number} to */
async function loadImages(client, from, to) {
  // Multipliers without common divisors: every combination of user, location, client and tag occurs.
  await client.query(
    `INSERT INTO images (image_key, client_id, captured_at, hardware_id, ml_tag, location_id, user_id,
            received_at, updated_at, version, creation_digest, annotation_set_version,
            highest_annotation_index, annotation_count, annotation_bytes, file_storage_key,
            file_media_type, file_width, file_height, file_bytes, file_sha256, file_orientation,
            file_thumbhash)
     SELECT 'tray-' || lpad(n::text, 8, '0') || '/front', 'client-' || (n * 7 + n / 20) % $3::int,
            $6::timestamptz + n * $7::int * interval '1 second', 'Canon EOS R5',
            (ARRAY['TRAIN', 'TEST', 'LIVE'])[1 + (n / 7) % 3], 'theatre-' || (n * 3 + n / 50) % $4::int,
            'user-' || (n * 11 + n / 200) % $5::int,
            timestamptz '2026-06-01', timestamptz '2026-06-01', 1, encode(sha256(n::text::bytea), 'hex'),
            1, $8::int - 1, $8, $8 * 300, 'pictures/' || n, 'image/jpeg', 4000, 3000,
            4000000 + n, encode(sha256(n::text::bytea), 'hex'), 1, '3OcRJYB4d3h/iIeHeEh3eIhw+j2w'
       FROM generate_series($1::bigint, $2::bigint) AS n`,
    [from, to, CLIENTS, LOCATIONS, USERS, FIRST, EVERY_S, ANNOTATIONS_PER_IMAGE],
  );
}

/**
 * @param {import('pg').Client} client
 * @param {number} from
 * @param {number} to
 * @param {number} images
 */
async function loadAnnotations(client, from, to, images) {
  await client.query(
    `INSERT INTO annotations (image_id, index, instrument_id, polygon, attributes, source, confidence,
            bbox, area, centroid, content_bytes, created_at, updated_at, version)
     SELECT images.id, index,
            CASE WHEN index = 0 AND n % 10 < 7 THEN 1
                 WHEN index = 1 AND n % 10 < 3 THEN 2
                 WHEN index = 2 AND n % 100 = 17 THEN 3
                 WHEN index = 3 AND n < $4::int / 100 THEN 4
                 WHEN index = 4 AND n % ($4::int / 20) = 3 THEN 5
                 WHEN index > 6 AND n % 10 < 2 THEN 1
                 ELSE 7 + (n * 13 + index * 31) % $5::int END,
            ($6::jsonb[])[1 + (n + index) % 8], '{"condition": "clean", "occluded": false}', 'human', 0.9,
            CASE WHEN index = 4 AND n % ($4::int / 20) = 3 THEN '[6990, 90, 100, 100]'::jsonb
                 WHEN index = 3 AND n < $4::int / 100 THEN '[5990, 90, 100, 100]'::jsonb
                 WHEN index = 2 AND n % 100 = 17 THEN '[4990, 90, 100, 100]'::jsonb
                 ELSE jsonb_build_array((n * 37 + index * 401) % 3500, (n * 91 + index * 211) % 2500,
                                        50 + (n + index * 7) % 350, 50 + (n + index * 11) % 250) END,
            28284.27, '[600, 600]', 300,
            timestamptz '2026-06-01', timestamptz '2026-06-01', 1
       FROM images
            CROSS JOIN LATERAL (SELECT (file_bytes - 4000000)::bigint AS n) AS numbered
            CROSS JOIN generate_series(0, $3::int - 1) AS index
      WHERE images.file_bytes BETWEEN 4000000 + $1::bigint AND 4000000 + $2::bigint
        AND images.id > coalesce((SELECT max(image_id) FROM annotations), 0)`,
    [from, to, ANNOTATIONS_PER_IMAGE, images, OTHERS, polygons()],
  );
}

function polygons() {
  return Array.from({ length: 8 }, (_, number) => {
    const [x, y, radius] = [500 + 371 * number, 500 + 241 * number, 100 + 29 * number];
    const points = Array.from({ length: 8 }, (__, at) => {
      const angle = (at / 4) * Math.PI;
      return [x + radius * Math.cos(angle), y + radius * Math.sin(angle)].map(
        (value) => Math.round(value * 100) / 100,
      );
    });
    return JSON.stringify({ points });
  });
}
