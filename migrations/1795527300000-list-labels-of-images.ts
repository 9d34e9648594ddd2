import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * `image_instruments`: which image carries which label, with the time of its capture. To find the newest images of a
 * label that only old ones carry, in annotations alone, is to walk all newer images (0.7 to 1.1 s at a million of them).
 */
export class ListLabelsOfImages1795527300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE image_instruments (
        image_id bigint NOT NULL,
        instrument_id bigint NOT NULL,
        captured_at timestamp(3) with time zone NOT NULL,
        CONSTRAINT pk_image_instruments PRIMARY KEY (image_id, instrument_id),
        CONSTRAINT fk_image_instruments_image FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE,
        CONSTRAINT fk_image_instruments_instrument FOREIGN KEY (instrument_id) REFERENCES instruments (id)
      )`);
    await runner.query(`
      INSERT INTO image_instruments (image_id, instrument_id, captured_at)
      SELECT DISTINCT annotations.image_id, annotations.instrument_id, images.captured_at
        FROM annotations JOIN images ON images.id = annotations.image_id
       WHERE annotations.deleted_at IS NULL`);
    await runner.query(`
      CREATE INDEX ix_image_instruments_instrument_id
       ON image_instruments (instrument_id, captured_at, image_id)`);
    // Of each of up to a thousand labels the planner knows how many images carry it; of a hundred, as usual, it took a
    // label of one image in a hundred for four times as frequent.
    await runner.query(
      'ALTER TABLE image_instruments ALTER COLUMN instrument_id SET STATISTICS 1000',
    );
    await runner.query(`
      CREATE FUNCTION list_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO image_instruments (image_id, instrument_id, captured_at)
        SELECT DISTINCT stored.image_id, stored.instrument_id, images.captured_at
          FROM stored JOIN images ON images.id = stored.image_id
         WHERE stored.deleted_at IS NULL
        ON CONFLICT DO NOTHING;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION unlist_labels_of_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        DELETE FROM image_instruments
         USING (SELECT DISTINCT image_id, instrument_id FROM before) AS was
         WHERE image_instruments.image_id = was.image_id
           AND image_instruments.instrument_id = was.instrument_id
           AND NOT EXISTS (SELECT FROM annotations
                            WHERE annotations.image_id = was.image_id
                              AND annotations.instrument_id = was.instrument_id
                              AND annotations.deleted_at IS NULL);
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE FUNCTION move_labels_of_image() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        UPDATE image_instruments SET captured_at = NEW.captured_at WHERE image_id = NEW.id;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_annotations_stored AFTER INSERT ON annotations REFERENCING NEW TABLE AS stored
        FOR EACH STATEMENT EXECUTE FUNCTION list_labels_of_images()`);
    await runner.query(`
      CREATE TRIGGER tr_annotations_changed AFTER UPDATE ON annotations REFERENCING NEW TABLE AS stored
        FOR EACH STATEMENT EXECUTE FUNCTION list_labels_of_images()`);
    await runner.query(`
      CREATE TRIGGER tr_annotations_were AFTER UPDATE ON annotations REFERENCING OLD TABLE AS before
        FOR EACH STATEMENT EXECUTE FUNCTION unlist_labels_of_images()`);
    await runner.query(`
      CREATE TRIGGER tr_annotations_removed AFTER DELETE ON annotations REFERENCING OLD TABLE AS before
        FOR EACH STATEMENT EXECUTE FUNCTION unlist_labels_of_images()`);
    await runner.query(`
      CREATE TRIGGER tr_images_captured_at AFTER UPDATE OF captured_at ON images FOR EACH ROW
        WHEN (OLD.captured_at IS DISTINCT FROM NEW.captured_at)
        EXECUTE FUNCTION move_labels_of_image()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER tr_images_captured_at ON images');
    for (const trigger of ['removed', 'were', 'changed', 'stored'])
      await runner.query(`DROP TRIGGER tr_annotations_${trigger} ON annotations`);
    for (const name of ['move_labels_of_image', 'unlist_labels_of_images', 'list_labels_of_images'])
      await runner.query(`DROP FUNCTION ${name}`);
    await runner.query('DROP TABLE image_instruments');
  }
}
