import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Labels are merged by changing their rows: one that was merged is called what the other one is, and its annotations go
 * on naming it. Which image carries which label (`image_instruments`) is kept under the label that is left; where that is
 * not so yet, `relisting` says it.
 */
export class MergeLabelsAtOnce1795701600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE instruments ADD COLUMN relisting boolean NOT NULL DEFAULT false`);
    await runner.query('CREATE INDEX ix_instruments_relisting ON instruments (id) WHERE relisting');
    await runner.query(`
      ALTER TABLE instrument_changes
        ADD COLUMN target_id bigint,
        ADD CONSTRAINT fk_instrument_changes_target FOREIGN KEY (target_id) REFERENCES instruments (id)`);
    await runner.query(`
      UPDATE instrument_changes SET target_id = instruments.merged_into
        FROM instruments
       WHERE instruments.id = instrument_changes.instrument_id AND instrument_changes.action = 'merged'`);
    await runner.query('ALTER TABLE instrument_changes DROP COLUMN finished_at');
    // Over however many merges; and those that broke off are done by it.
    await runner.query(`
      WITH RECURSIVE merged AS (
        SELECT id, merged_into AS target FROM instruments WHERE merged_into IS NOT NULL
        UNION SELECT merged.id, instruments.merged_into
                FROM merged JOIN instruments ON instruments.id = merged.target
               WHERE instruments.merged_into IS NOT NULL
      )
      UPDATE instruments
         SET name = target.name, merged_into = target.id, removed_at = coalesce(instruments.removed_at, now()),
             version = instruments.version + 1, relisting = instruments.removed_at IS NULL
        FROM merged JOIN instruments target ON target.id = merged.target
       WHERE instruments.id = merged.id AND target.merged_into IS NULL`);
    await runner.query(
      `UPDATE annotation_versions SET change = 'replaced' WHERE change = 'relabelled'`,
    );
    await runner.query(`
      ALTER TABLE annotation_versions
        DROP CONSTRAINT ck_annotation_versions_change,
        ADD CONSTRAINT ck_annotation_versions_change CHECK (
          change IN ('created', 'replaced', 'deleted', 'restored', 'imported'))`);
    await runner.query(`
      CREATE FUNCTION relist_merged_labels(of_images bigint[]) RETURNS void LANGUAGE sql AS $$
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
      $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION list_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
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
      END $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION unlist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
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
      END $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION relist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
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
      END $$`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      SELECT relist_merged_labels(ARRAY(SELECT image_id FROM image_instruments JOIN instruments
                                           ON instruments.id = instrument_id AND relisting))`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION list_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
        SELECT images.id, added.instrument_id, images.captured_at, added.count
          FROM (SELECT image_id, instrument_id, count(*) FROM stored
                 WHERE deleted_at IS NULL GROUP BY image_id, instrument_id) AS added
          JOIN images ON images.id = added.image_id
        ON CONFLICT (image_id, instrument_id) DO UPDATE
           SET annotation_count = image_instruments.annotation_count + excluded.annotation_count;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION unlist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE image_instruments SET annotation_count = annotation_count - gone.count
          FROM (SELECT image_id, instrument_id, count(*) FROM before
                 WHERE deleted_at IS NULL GROUP BY image_id, instrument_id) AS gone
         WHERE image_instruments.image_id = gone.image_id
           AND image_instruments.instrument_id = gone.instrument_id;
        DELETE FROM image_instruments USING before
         WHERE image_instruments.image_id = before.image_id
           AND image_instruments.instrument_id = before.instrument_id
           AND annotation_count <= 0;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE OR REPLACE FUNCTION relist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        IF NOT EXISTS (SELECT FROM stored) THEN
          RETURN NULL;
        END IF;
        UPDATE image_instruments SET annotation_count = annotation_count + changed.by
          FROM (SELECT image_id, instrument_id, sum(one) AS by
                  FROM (SELECT image_id, instrument_id, 1 AS one FROM stored WHERE deleted_at IS NULL
                        UNION ALL
                        SELECT image_id, instrument_id, -1 FROM before WHERE deleted_at IS NULL) AS each
                 GROUP BY image_id, instrument_id HAVING sum(one) < 0) AS changed
         WHERE image_instruments.image_id = changed.image_id
           AND image_instruments.instrument_id = changed.instrument_id;
        IF FOUND THEN
          DELETE FROM image_instruments USING before
           WHERE image_instruments.image_id = before.image_id
             AND image_instruments.instrument_id = before.instrument_id
             AND annotation_count <= 0;
        END IF;
        INSERT INTO image_instruments (image_id, instrument_id, captured_at, annotation_count)
        SELECT images.id, changed.instrument_id, images.captured_at, changed.by
          FROM (SELECT image_id, instrument_id, sum(one) AS by
                  FROM (SELECT image_id, instrument_id, 1 AS one FROM stored WHERE deleted_at IS NULL
                        UNION ALL
                        SELECT image_id, instrument_id, -1 FROM before WHERE deleted_at IS NULL) AS each
                 GROUP BY image_id, instrument_id HAVING sum(one) > 0) AS changed
          JOIN images ON images.id = changed.image_id
        ON CONFLICT (image_id, instrument_id) DO UPDATE
           SET annotation_count = image_instruments.annotation_count + excluded.annotation_count;
        RETURN NULL;
      END $$`);
    await runner.query('DROP FUNCTION relist_merged_labels');
    // The lists have them under the other label already.
    await runner.query('ALTER TABLE annotations DISABLE TRIGGER tr_annotations_changed');
    await runner.query(`
      UPDATE annotations SET instrument_id = instruments.merged_into FROM instruments
       WHERE instruments.id = annotations.instrument_id AND merged_into IS NOT NULL AND deleted_at IS NULL`);
    await runner.query('ALTER TABLE annotations ENABLE TRIGGER tr_annotations_changed');
    await runner.query(`
      ALTER TABLE instrument_changes
        DROP COLUMN target_id,
        ADD COLUMN finished_at timestamp(3) with time zone`);
    await runner.query('UPDATE instrument_changes SET finished_at = at');
    await runner.query('ALTER TABLE instruments DROP COLUMN relisting');
    await runner.query(`
      ALTER TABLE annotation_versions
        DROP CONSTRAINT ck_annotation_versions_change,
        ADD CONSTRAINT ck_annotation_versions_change CHECK (
          change IN ('created', 'replaced', 'deleted', 'restored', 'imported', 'relabelled'))`);
  }
}
