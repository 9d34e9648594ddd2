import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What people write to each other about an image or one of its annotations. */
export class CreateComments1795614201000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE comments (
        id uuid NOT NULL,
        image_id bigint NOT NULL,
        annotation_index integer,
        text text NOT NULL,
        author text COLLATE "C",
        created_at timestamp(3) with time zone NOT NULL,
        updated_at timestamp(3) with time zone NOT NULL,
        updated_by text COLLATE "C",
        resolved_at timestamp(3) with time zone,
        resolved_by text COLLATE "C",
        version integer NOT NULL,
        CONSTRAINT pk_comments PRIMARY KEY (id),
        CONSTRAINT fk_comments_image FOREIGN KEY (image_id) REFERENCES images (id) ON DELETE CASCADE
      )`);
    await runner.query('CREATE INDEX ix_comments_image_id ON comments (image_id, id)');
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE comments');
  }
}
