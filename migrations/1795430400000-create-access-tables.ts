import type { MigrationInterface, QueryRunner } from 'typeorm';

/** API keys, the audit log, and who made and changed each record. */
export class CreateAccessTables1795430400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE api_keys (
        prefix text COLLATE "C" NOT NULL,
        name text COLLATE "C" NOT NULL,
        secret_sha256 text NOT NULL,
        role text NOT NULL,
        client_ids text[],
        created_at timestamp(3) with time zone NOT NULL,
        created_by text COLLATE "C",
        expires_at timestamp(3) with time zone,
        last_used_at timestamp(3) with time zone,
        revoked_at timestamp(3) with time zone,
        revoked_by text COLLATE "C",
        CONSTRAINT pk_api_keys PRIMARY KEY (prefix),
        CONSTRAINT uq_api_keys_name UNIQUE (name),
        CONSTRAINT ck_api_keys_role CHECK (role IN ('viewer', 'annotator', 'capturer', 'admin'))
      )`);
    await runner.query(`
      CREATE TABLE audit_log (
        id bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        at timestamp(3) with time zone NOT NULL,
        actor text COLLATE "C",
        action text COLLATE "C" NOT NULL,
        subject text COLLATE "C" NOT NULL,
        client_id text COLLATE "C",
        request_id text COLLATE "C",
        CONSTRAINT pk_audit_log PRIMARY KEY (id)
      )`);
    await runner.query('CREATE INDEX ix_audit_log_at ON audit_log (at, id)');
    for (const column of ['actor', 'action', 'subject', 'client_id', 'request_id'])
      await runner.query(`CREATE INDEX ix_audit_log_${column} ON audit_log (${column}, at, id)`);
    // What is written stays, whatever a mistake of ours or of an operator tries.
    await runner.query(`
      CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN
        RAISE EXCEPTION 'audit_log is append-only';
      END $$`);
    await runner.query(`
      CREATE TRIGGER tr_audit_log_append_only BEFORE UPDATE OR DELETE ON audit_log
         FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log()`);
    for (const table of ['images', 'users', 'locations'])
      await runner.query(
        `ALTER TABLE ${table} ADD COLUMN created_by text COLLATE "C", ADD COLUMN updated_by text COLLATE "C"`,
      );
    await runner.query('ALTER TABLE annotations ADD COLUMN updated_by text');
    await runner.query(`
      ALTER TABLE idempotency_keys
        ADD COLUMN caller text COLLATE "C" NOT NULL DEFAULT '',
        DROP CONSTRAINT pk_idempotency_keys,
        ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (caller, key)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // Keys of different callers may be equal; without callers they are one.
    await runner.query('DELETE FROM idempotency_keys');
    await runner.query(`
      ALTER TABLE idempotency_keys
        DROP CONSTRAINT pk_idempotency_keys,
        DROP COLUMN caller,
        ADD CONSTRAINT pk_idempotency_keys PRIMARY KEY (key)`);
    await runner.query('ALTER TABLE annotations DROP COLUMN updated_by');
    for (const table of ['images', 'users', 'locations'])
      await runner.query(`ALTER TABLE ${table} DROP COLUMN created_by, DROP COLUMN updated_by`);
    await runner.query('DROP TABLE audit_log');
    await runner.query('DROP FUNCTION refuse_change_of_audit_log');
    await runner.query('DROP TABLE api_keys');
  }
}
