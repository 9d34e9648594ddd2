import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tells every copy of the service which picture is not what it was: `NOTIFY loupe_images` with the image's key.
 *
 * Transactions that notify take turns at their commit, so that only those do it after which somebody who
 * remembers the picture of an image in use would be wrong: no insert, no annotation, no other detail.
 */
export class NotifyOfPictures1795440100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE FUNCTION notify_of_picture() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        PERFORM pg_notify('loupe_images', CASE WHEN TG_OP = 'TRUNCATE' THEN '' ELSE OLD.image_key END);
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_images_picture_changed AFTER UPDATE ON images FOR EACH ROW
        WHEN (OLD.file_storage_key IS NOT NULL AND OLD.trashed_at IS NULL
              AND (OLD.image_key, OLD.client_id, OLD.trashed_at, OLD.file_storage_key, OLD.file_media_type,
                   OLD.file_width, OLD.file_height, OLD.file_bytes, OLD.file_sha256, OLD.file_orientation,
                   OLD.file_thumbhash)
                  IS DISTINCT FROM
                  (NEW.image_key, NEW.client_id, NEW.trashed_at, NEW.file_storage_key, NEW.file_media_type,
                   NEW.file_width, NEW.file_height, NEW.file_bytes, NEW.file_sha256, NEW.file_orientation,
                   NEW.file_thumbhash))
        EXECUTE FUNCTION notify_of_picture()`);
    await runner.query(`
      CREATE TRIGGER tr_images_picture_removed AFTER DELETE ON images FOR EACH ROW
        WHEN (OLD.file_storage_key IS NOT NULL AND OLD.trashed_at IS NULL)
        EXECUTE FUNCTION notify_of_picture()`);
    await runner.query(`
      CREATE TRIGGER tr_images_emptied AFTER TRUNCATE ON images FOR EACH STATEMENT
        EXECUTE FUNCTION notify_of_picture()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER tr_images_emptied ON images');
    await runner.query('DROP TRIGGER tr_images_picture_removed ON images');
    await runner.query('DROP TRIGGER tr_images_picture_changed ON images');
    await runner.query('DROP FUNCTION notify_of_picture');
  }
}
