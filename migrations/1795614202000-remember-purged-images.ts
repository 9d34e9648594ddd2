import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which images were removed for good, for those who keep a copy: written by a trigger, so that no way to remove one
 * forgets it. Of what was purged before, nothing is known.
 */
export class RememberPurgedImages1795614202000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE purged_images (
        image_id bigint NOT NULL,
        image_key text COLLATE "C" NOT NULL,
        client_id text COLLATE "C" NOT NULL,
        purged_at timestamp(3) with time zone NOT NULL,
        CONSTRAINT pk_purged_images PRIMARY KEY (image_id)
      )`);
    await runner.query(
      'CREATE INDEX ix_purged_images_purged_at ON purged_images (purged_at, image_id)',
    );
    await runner.query(
      'CREATE INDEX ix_purged_images_client_id ON purged_images (client_id, purged_at, image_id)',
    );
    await runner.query(`
      CREATE FUNCTION remember_purged_images() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        INSERT INTO purged_images (image_id, image_key, client_id, purged_at)
        SELECT id, image_key, client_id, clock_timestamp() FROM purged;
        RETURN NULL;
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_images_purged AFTER DELETE ON images REFERENCING OLD TABLE AS purged
        FOR EACH STATEMENT EXECUTE FUNCTION remember_purged_images()`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TRIGGER tr_images_purged ON images');
    await runner.query('DROP FUNCTION remember_purged_images');
    await runner.query('DROP TABLE purged_images');
  }
}
