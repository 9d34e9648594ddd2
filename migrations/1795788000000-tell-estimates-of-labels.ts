import type { MigrationInterface, QueryRunner } from 'typeorm';

/** How many images and annotations a change of a label concerned is counted up to a number, and estimated above it. */
export class TellEstimatesOfLabels1795788000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE instrument_changes ADD COLUMN is_estimated boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('ALTER TABLE instrument_changes DROP COLUMN is_estimated');
  }
}
