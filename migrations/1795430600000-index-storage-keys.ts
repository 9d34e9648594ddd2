import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Finds the image of a stored file, and makes sure that no two images name the same one. */
export class IndexStorageKeys1795430600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE UNIQUE INDEX uq_images_file_storage_key ON images (file_storage_key)
       WHERE file_storage_key IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX uq_images_file_storage_key');
  }
}
