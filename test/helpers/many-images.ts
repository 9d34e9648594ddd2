import type { DataSource } from 'typeorm';

export interface ManyImages {
  /** Of all of them; their keys begin with it. */
  client_id: string;
  /** How many annotations each one has. */
  annotations?: number;
}

/**
 * Puts many images into the database at once, past the service: one taken every second, each with annotations of
 * twenty labels (`label-0` to `label-19`) in turn.
 */
export async function manyImages(
  dataSource: DataSource,
  length: number,
  { client_id, annotations = 0 }: ManyImages,
): Promise<void> {
  await dataSource.query(
    `INSERT INTO images (image_key, client_id, captured_at, received_at, updated_at, version, creation_digest,
                         annotation_set_version, highest_annotation_index, annotation_count, annotation_bytes)
     SELECT $1 || '/' || lpad(place::text, 7, '0'), $1, time, time, time, 1, '', $3, $3 - 1, $3, $3 * 50
       FROM (SELECT place, timestamptz '2026-01-01Z' + place * interval '1 second' AS time
               FROM generate_series(1, $2::int) AS place) AS images`,
    [client_id, length, annotations],
  );
  if (annotations === 0) return;
  await dataSource.query(
    `INSERT INTO instruments (name) SELECT 'label-' || place FROM generate_series(0, 19) AS place
     ON CONFLICT DO NOTHING`,
  );
  await dataSource.query(
    `INSERT INTO annotations (image_id, index, instrument_id, attributes, source, content_bytes, created_at,
                              updated_at, version)
     SELECT images.id, index, instruments.id, '{}', 'human', 50, images.updated_at, images.updated_at, 1
       FROM images CROSS JOIN generate_series(0, $2::int - 1) AS index
       JOIN instruments ON instruments.name = 'label-' || (images.id + index) % 20
      WHERE images.client_id = $1`,
    [client_id, annotations],
  );
}
