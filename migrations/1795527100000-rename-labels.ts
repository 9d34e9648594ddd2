import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Labels that can be renamed, merged and deleted, and the memory of it.
 *
 * A label that is gone stays as a row: deleted annotations carry it still, and to look for those would be to read
 * all annotations. Its name is free again.
 */
export class RenameLabels1795527100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE instruments
        DROP CONSTRAINT uq_instruments_name,
        ADD COLUMN version integer NOT NULL DEFAULT 1,
        ADD COLUMN renamed_at timestamp(3) with time zone,
        ADD COLUMN renamed_by text COLLATE "C",
        ADD COLUMN merged_into bigint,
        ADD COLUMN removed_at timestamp(3) with time zone,
        ADD CONSTRAINT fk_instruments_merged_into FOREIGN KEY (merged_into) REFERENCES instruments (id)`);
    await runner.query(
      'CREATE UNIQUE INDEX uq_instruments_name ON instruments (name) WHERE removed_at IS NULL',
    );
    await runner.query(
      'CREATE INDEX ix_instruments_merged_into ON instruments (merged_into) WHERE merged_into IS NOT NULL',
    );
    await runner.query(`
      CREATE TABLE instrument_changes (
        id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        instrument_id bigint NOT NULL,
        at timestamp(3) with time zone NOT NULL,
        by text COLLATE "C",
        action text NOT NULL,
        from_name text COLLATE "C",
        to_name text COLLATE "C",
        image_count integer NOT NULL,
        annotation_count integer NOT NULL,
        finished_at timestamp(3) with time zone,
        CONSTRAINT pk_instrument_changes PRIMARY KEY (id),
        CONSTRAINT fk_instrument_changes_instrument FOREIGN KEY (instrument_id) REFERENCES instruments (id) ON DELETE CASCADE,
        CONSTRAINT ck_instrument_changes_action CHECK (action IN ('created', 'renamed', 'merged', 'deleted'))
      )`);
    for (const column of ['instrument_id', 'from_name', 'to_name'])
      await runner.query(
        `CREATE INDEX ix_instrument_changes_${column} ON instrument_changes (${column}, id)`,
      );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP TABLE instrument_changes');
    await runner.query('DROP INDEX uq_instruments_name');
    // What is gone has a name that may be taken again, and deleted annotations need it: it gets one that is free.
    await runner.query(
      `UPDATE instruments SET name = name || ' #' || id::text WHERE removed_at IS NOT NULL`,
    );
    await runner.query(`
      ALTER TABLE instruments
        DROP COLUMN version,
        DROP COLUMN renamed_at,
        DROP COLUMN renamed_by,
        DROP COLUMN merged_into,
        DROP COLUMN removed_at,
        ADD CONSTRAINT uq_instruments_name UNIQUE (name)`);
  }
}
