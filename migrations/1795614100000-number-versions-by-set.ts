import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Versions of annotations know the version of the set that they came with, by which an earlier set can be told. Of
 * those that are there it is told by the order of their times, because every change of a set raised it by one.
 */
export class NumberVersionsBySet1795614100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE annotation_versions ADD COLUMN set_version integer');
    await runner.query(`
      UPDATE annotation_versions SET set_version = greatest(images.annotation_set_version - ranked.later, 1)
        FROM images,
             (SELECT image_id, index, version, dense_rank() OVER (PARTITION BY image_id ORDER BY at DESC) - 1 AS later
                FROM annotation_versions) AS ranked
       WHERE images.id = annotation_versions.image_id
         AND (annotation_versions.image_id, annotation_versions.index, annotation_versions.version)
             = (ranked.image_id, ranked.index, ranked.version)`);
    await runner.query('ALTER TABLE annotation_versions ALTER COLUMN set_version SET NOT NULL');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE annotation_versions DROP COLUMN set_version');
  }
}
