import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Indexes for what lists of images are searched by: when they changed, how many annotations they have, whether the
 * picture is still missing, and a part of the key. The last one needs pg_trgm, which any user may create who may
 * create schemas in the database (a trusted extension), and which comes with PostgreSQL's contrib modules.
 */
export class IndexSearches1795527200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('CREATE EXTENSION IF NOT EXISTS pg_trgm');
    await runner.query(`
      CREATE INDEX ix_images_key_trigrams ON images
        USING gin ((image_key COLLATE "default") gin_trgm_ops)`);
    await runner.query('CREATE INDEX ix_images_updated_at ON images (updated_at, id)');
    await runner.query(
      'CREATE INDEX ix_images_annotation_count ON images (annotation_count, captured_at, id)',
    );
    await runner.query(
      'CREATE INDEX ix_images_without_file ON images (captured_at, id) WHERE file_storage_key IS NULL',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const index of ['without_file', 'annotation_count', 'updated_at', 'key_trigrams'])
      await runner.query(`DROP INDEX ix_images_${index}`);
    await runner.query('DROP EXTENSION pg_trgm');
  }
}
