import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What repeatable requests made. */
export class CreateIdempotencyKeys1795420900000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE idempotency_keys (
        key text COLLATE "C" NOT NULL,
        digest text NOT NULL,
        subject text NOT NULL,
        created_at timestamp(3) with time zone NOT NULL,
        CONSTRAINT pk_idempotency_keys PRIMARY KEY (key)
      )`);
    await runner.query(
      'CREATE INDEX ix_idempotency_keys_created_at ON idempotency_keys (created_at)',
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE idempotency_keys');
  }
}
