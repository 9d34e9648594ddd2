import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What was said of an image in its review (null: nothing; then its annotations tell whether it is new), and every step
 * of that. The indexes are in the order of lists and hold only the images that each is about, so that a change of an
 * image writes to one or two of them.
 */
export class ReviewImages1795614200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE images ADD COLUMN review text');
    await runner.query(`
      ALTER TABLE images ADD CONSTRAINT ck_images_review
        CHECK ("review" IN ('in_review', 'accepted', 'rejected'))`);
    await runner.query(`
      CREATE INDEX ix_images_review ON images (review, captured_at, id) WHERE "review" IS NOT NULL`);
    await runner.query(`
      CREATE INDEX ix_images_reviewed ON images (captured_at, id)
       WHERE "review" IN ('accepted', 'rejected')`);
    await runner.query(`
      CREATE INDEX ix_images_unreviewed ON images (captured_at, id)
       WHERE "review" IS NULL OR "review" = 'in_review'`);
    await runner.query(`
      CREATE TABLE review_transitions (
        id bigint GENERATED ALWAYS AS IDENTITY,
        image_id bigint NOT NULL,
        from_state text NOT NULL,
        to_state text NOT NULL,
        note text,
        at timestamp(3) with time zone NOT NULL,
        by text COLLATE "C",
        CONSTRAINT pk_review_transitions PRIMARY KEY (id),
        CONSTRAINT fk_review_transitions_image FOREIGN KEY (image_id) REFERENCES images (id)
          ON DELETE CASCADE
      )`);
    await runner.query(
      'CREATE INDEX ix_review_transitions_image_id ON review_transitions (image_id, id)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE review_transitions');
    await runner.query('ALTER TABLE images DROP COLUMN review');
  }
}
