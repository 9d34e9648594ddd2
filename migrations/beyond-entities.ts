/** Indexes of images in the order of capture: all of them, and those that share something. */
const BY_CAPTURE = [
  { name: 'ix_images_captured_at', leading: '' },
  ...['user_id', 'location_id', 'client_id', 'hardware_id', 'ml_tag'].map((column) => ({
    name: `ix_images_${column}`,
    leading: `${column}, `,
  })),
];

/**
 * What entities cannot say, as the migrations leave it. `synchronize` removes it before and makes it after it
 * changes tables, because triggers hold on to columns; `npm run db:check` holds it against the migrations.
 */
export const BEYOND_ENTITIES = {
  remove: [
    'DROP FUNCTION IF EXISTS refuse_change_of_audit_log CASCADE',
    'DROP FUNCTION IF EXISTS notify_of_picture CASCADE',
    'DROP FUNCTION IF EXISTS list_labels_of_images CASCADE',
    'DROP FUNCTION IF EXISTS unlist_labels_of_images CASCADE',
    'DROP FUNCTION IF EXISTS relist_labels_of_images CASCADE',
    'DROP FUNCTION IF EXISTS relist_merged_labels CASCADE',
    'DROP FUNCTION IF EXISTS move_labels_of_image CASCADE',
    'DROP FUNCTION IF EXISTS remember_purged_images CASCADE',
    ...BY_CAPTURE.map(({ name }) => `DROP INDEX IF EXISTS ${name}`),
    'DROP INDEX IF EXISTS ix_images_key_trigrams',
    'DROP INDEX IF EXISTS ix_annotations_bounds',
  ],
  make: [
    `CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_log is append-only';
      END $$`,
    `CREATE TRIGGER tr_audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
       FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log()`,
    `CREATE FUNCTION notify_of_picture() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('loupe_images', CASE WHEN TG_OP = 'TRUNCATE' THEN '' ELSE OLD.image_key END);
        RETURN NULL;
      END $$`,
    `CREATE TRIGGER tr_images_picture_changed AFTER UPDATE ON images FOR EACH ROW
       WHEN (OLD.file_storage_key IS NOT NULL AND OLD.trashed_at IS NULL
             AND (OLD.image_key, OLD.client_id, OLD.trashed_at, OLD.file_storage_key, OLD.file_media_type,
                  OLD.file_width, OLD.file_height, OLD.file_bytes, OLD.file_sha256, OLD.file_orientation,
                  OLD.file_thumbhash)
                 IS DISTINCT FROM
                 (NEW.image_key, NEW.client_id, NEW.trashed_at, NEW.file_storage_key, NEW.file_media_type,
                  NEW.file_width, NEW.file_height, NEW.file_bytes, NEW.file_sha256, NEW.file_orientation,
                  NEW.file_thumbhash))
       EXECUTE FUNCTION notify_of_picture()`,
    `CREATE TRIGGER tr_images_picture_removed AFTER DELETE ON images FOR EACH ROW
       WHEN (OLD.file_storage_key IS NOT NULL AND OLD.trashed_at IS NULL)
       EXECUTE FUNCTION notify_of_picture()`,
    `CREATE TRIGGER tr_images_emptied AFTER TRUNCATE ON images FOR EACH STATEMENT
       EXECUTE FUNCTION notify_of_picture()`,
    'ALTER TABLE image_instruments ALTER COLUMN instrument_id SET STATISTICS 1000',
    `CREATE FUNCTION relist_merged_labels(of_images bigint[]) RETURNS void LANGUAGE sql AS $$
        WITH gone AS (
          DELETE FROM image_instruments USING instruments
           WHERE image_instruments.image_id = ANY(of_images)
             AND image_instruments.instrument_id = instruments.id AND instruments.relisting
          RETURNING image_instruments.image_id, instruments.merged_into, image_instruments.captured_at,
                    image_instruments.annotation_count
        )
        INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
        SELECT images.id, merged_into, gone.captured_at, sum(gone.annotation_count)
          FROM gone JOIN images ON images.id = gone.image_id
         GROUP BY 1, 2, 3 HAVING sum(gone.annotation_count) > 0
        ON CONFLICT (image_id, instrument_id) DO UPDATE
           SET annotation_count = image_instruments.annotation_count + excluded.annotation_count
      $$`,
    `CREATE FUNCTION list_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM instruments WHERE relisting) THEN
          PERFORM relist_merged_labels(ARRAY(SELECT DISTINCT image_id FROM stored));
        END IF;
        INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
        SELECT images.id, added.instrument_id, images.captured_at, added.count
          FROM (SELECT image_id, coalesce(merged_into, id) AS instrument_id, count(*)
                  FROM stored JOIN instruments ON instruments.id = stored.instrument_id
                 WHERE deleted_at IS NULL GROUP BY 1, 2) AS added
          JOIN images ON images.id = added.image_id
        ON CONFLICT (image_id, instrument_id) DO UPDATE
           SET annotation_count = image_instruments.annotation_count + excluded.annotation_count;
        RETURN NULL;
      END $$`,
    `CREATE FUNCTION unlist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF EXISTS (SELECT FROM instruments WHERE relisting) THEN
          PERFORM relist_merged_labels(ARRAY(SELECT DISTINCT image_id FROM before));
        END IF;
        UPDATE image_instruments SET annotation_count = annotation_count - gone.count
          FROM (SELECT image_id, coalesce(merged_into, id) AS instrument_id, count(*)
                  FROM before JOIN instruments ON instruments.id = before.instrument_id
                 WHERE deleted_at IS NULL GROUP BY 1, 2) AS gone
         WHERE image_instruments.image_id = gone.image_id
           AND image_instruments.instrument_id = gone.instrument_id;
        DELETE FROM image_instruments USING (SELECT DISTINCT image_id FROM before) AS touched
         WHERE image_instruments.image_id = touched.image_id AND annotation_count <= 0;
        RETURN NULL;
      END $$`,
    `CREATE FUNCTION relist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (SELECT FROM stored) THEN
          RETURN NULL;
        END IF;
        IF EXISTS (SELECT FROM instruments WHERE relisting) THEN
          PERFORM relist_merged_labels(ARRAY(SELECT DISTINCT image_id FROM stored));
        END IF;
        UPDATE image_instruments SET annotation_count = annotation_count + changed.by
          FROM (SELECT image_id, coalesce(merged_into, id) AS instrument_id, sum(one) AS by
                  FROM (SELECT image_id, instrument_id, 1 AS one FROM stored WHERE deleted_at IS NULL
                        UNION ALL
                        SELECT image_id, instrument_id, -1 FROM before WHERE deleted_at IS NULL) AS each
                  JOIN instruments ON instruments.id = each.instrument_id
                 GROUP BY 1, 2 HAVING sum(one) < 0) AS changed
         WHERE image_instruments.image_id = changed.image_id
           AND image_instruments.instrument_id = changed.instrument_id;
        IF FOUND THEN
          DELETE FROM image_instruments USING (SELECT DISTINCT image_id FROM before) AS touched
           WHERE image_instruments.image_id = touched.image_id AND annotation_count <= 0;
        END IF;
        INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
        SELECT images.id, changed.instrument_id, images.captured_at, changed.by
          FROM (SELECT image_id, coalesce(merged_into, id) AS instrument_id, sum(one) AS by
                  FROM (SELECT image_id, instrument_id, 1 AS one FROM stored WHERE deleted_at IS NULL
                        UNION ALL
                        SELECT image_id, instrument_id, -1 FROM before WHERE deleted_at IS NULL) AS each
                  JOIN instruments ON instruments.id = each.instrument_id
                 GROUP BY 1, 2 HAVING sum(one) > 0) AS changed
          JOIN images ON images.id = changed.image_id
        ON CONFLICT (image_id, instrument_id) DO UPDATE
           SET annotation_count = image_instruments.annotation_count + excluded.annotation_count;
        RETURN NULL;
      END $$`,
    `CREATE FUNCTION move_labels_of_image() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE image_instruments SET captured_at = NEW.captured_at WHERE image_id = NEW.id;
        RETURN NULL;
      END $$`,
    `CREATE TRIGGER tr_annotations_stored AFTER INSERT ON annotations REFERENCING NEW TABLE AS stored
        FOR EACH STATEMENT EXECUTE FUNCTION list_labels_of_images()`,
    `CREATE TRIGGER tr_annotations_changed AFTER UPDATE ON annotations
        REFERENCING OLD TABLE AS before NEW TABLE AS stored
        FOR EACH STATEMENT EXECUTE FUNCTION relist_labels_of_images()`,
    `CREATE TRIGGER tr_annotations_removed AFTER DELETE ON annotations REFERENCING OLD TABLE AS before
        FOR EACH STATEMENT EXECUTE FUNCTION unlist_labels_of_images()`,
    `CREATE TRIGGER tr_images_captured_at AFTER UPDATE OF captured_at ON images FOR EACH ROW
        WHEN (OLD.captured_at IS DISTINCT FROM NEW.captured_at)
        EXECUTE FUNCTION move_labels_of_image()`,
    `CREATE FUNCTION remember_purged_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO purged_images (image_id, image_key, client_id, purged_at)
        SELECT id, image_key, client_id, clock_timestamp() FROM purged;
        RETURN NULL;
      END $$`,
    `CREATE TRIGGER tr_images_purged AFTER DELETE ON images REFERENCING OLD TABLE AS purged
        FOR EACH STATEMENT EXECUTE FUNCTION remember_purged_images()`,
    ...BY_CAPTURE.map(
      ({ name, leading }) =>
        `CREATE INDEX ${name} ON images (${leading}captured_at, id) INCLUDE (trashed_at)`,
    ),
    'CREATE EXTENSION IF NOT EXISTS pg_trgm',
    `CREATE INDEX ix_images_key_trigrams ON images
       USING gin ((image_key COLLATE "default") gin_trgm_ops)`,
    `CREATE INDEX ix_annotations_bounds ON annotations USING gist ((
        box(point(least(greatest((bbox -> 0)::numeric, -1e9), 1e9)::float8, least(greatest((bbox -> 1)::numeric, -1e9), 1e9)::float8),
            point(least(greatest((bbox -> 0)::numeric + (bbox -> 2)::numeric, -1e9), 1e9)::float8,
                  least(greatest((bbox -> 1)::numeric + (bbox -> 3)::numeric, -1e9), 1e9)::float8))
      )) WHERE deleted_at IS NULL AND bbox IS NOT NULL`,
  ],
};
