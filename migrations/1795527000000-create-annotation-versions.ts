import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every version of every annotation from now on; of those that are there, the one that they are at. */
export class CreateAnnotationVersions1795527000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE annotation_versions (
        image_id bigint NOT NULL,
        index integer NOT NULL,
        version integer NOT NULL,
        change text NOT NULL,
        instrument_id bigint NOT NULL,
        instrument text NOT NULL,
        polygon jsonb,
        attributes jsonb NOT NULL,
        source text NOT NULL,
        confidence double precision,
        bbox jsonb,
        area double precision,
        content_bytes integer NOT NULL,
        created_at timestamp(3) with time zone NOT NULL,
        created_by text,
        at timestamp(3) with time zone NOT NULL,
        by text,
        CONSTRAINT pk_annotation_versions PRIMARY KEY (image_id, index, version),
        CONSTRAINT fk_annotation_versions_image FOREIGN KEY (image_id) REFERENCES images (id)
          ON DELETE CASCADE,
        CONSTRAINT ck_annotation_versions_change CHECK (
          change IN ('created', 'replaced', 'deleted', 'restored', 'imported', 'relabelled'))
      )`);
    await runner.query(`
      INSERT INTO annotation_versions (image_id, index, version, change, instrument_id, instrument,
             polygon, attributes, source, confidence, bbox, area, content_bytes, created_at, created_by, at, by)
      SELECT annotations.image_id, annotations.index, annotations.version,
             CASE WHEN annotations.deleted_at IS NOT NULL THEN 'deleted'
                  WHEN annotations.version = 1 THEN 'created' ELSE 'replaced' END,
             instruments.id, instruments.name, annotations.polygon, annotations.attributes, annotations.source,
             annotations.confidence, annotations.bbox, annotations.area, annotations.content_bytes,
             annotations.created_at, annotations.created_by, annotations.updated_at, annotations.updated_by
        FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id`);
    await runner.query(`
      CREATE INDEX ix_annotation_versions_at ON annotation_versions (at, image_id, index, version)
       WHERE version > 1`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE annotation_versions');
  }
}
