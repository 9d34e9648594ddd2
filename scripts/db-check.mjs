// Proves that entities, migrations and `synchronize` build the same schema, and that every migration's
// `down` leads back to where it began. Uses a PostgreSQL of its own, or databases of its own on
// TEST_DATABASE_URL.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DataSource } from 'typeorm';
import { prepare } from './prepare.mjs';

await prepare();
const { EmbeddedPostgres } = await import('../dist/src/database/embedded-postgres.js');
const { dataSourceOptions } = await import('../dist/src/database/data-source-options.js');
const { synchronize } = await import('../dist/src/database/migrate.js');
const { SCHEMA } = await import('../dist/src/schema.js');

const folder = await mkdtemp(join(tmpdir(), 'loupe-db-check-'));
const ownServer = process.env.TEST_DATABASE_URL
  ? undefined
  : await EmbeddedPostgres.start({ directory: folder, log: () => undefined, durable: false });
const serverUrl = process.env.TEST_DATABASE_URL ?? ownServer.url;
const faults = [];
try {
  const migrated = await withDatabase('migrated', checkMigrations);
  const synchronized = await withDatabase('synchronized', async (dataSource) => {
    // Twice: it must also find its way from what it made before.
    await synchronize(dataSource, SCHEMA);
    await synchronize(dataSource, SCHEMA);
    return schemaOf(dataSource);
  });
  compare('synchronize and migrations differ', synchronized, migrated);
} finally {
  await ownServer?.stop();
  await rm(folder, { recursive: true, force: true });
}
for (const fault of faults) console.error(fault);
console.log(
  faults.length === 0 ? 'entities, migrations and synchronize agree' : 'the schema drifts',
);
process.exitCode = faults.length === 0 ? 0 : 1;

/** Runs every migration up, down and up again, and returns the schema they build. */
async function checkMigrations(dataSource) {
  for (const migration of SCHEMA.migrations) {
    const before = await schemaOf(dataSource);
    const step = await new DataSource({
      ...dataSource.options,
      migrations: SCHEMA.migrations.slice(0, SCHEMA.migrations.indexOf(migration) + 1),
    }).initialize();
    await step.runMigrations();
    await step.undoLastMigration();
    compare(`${migration.name}: down does not undo up`, await schemaOf(dataSource), before);
    await step.runMigrations();
    await step.destroy();
  }
  const drift = (await dataSource.driver.createSchemaBuilder().log()).upQueries.map(
    ({ query }) => query,
  );
  for (const query of drift) faults.push(`entities differ from the migrations: ${query}`);
  return schemaOf(dataSource);
}

async function withDatabase(name, use) {
  const database = `loupe_check_${name}_${process.pid}`;
  const server = await new DataSource({ type: 'postgres', url: serverUrl }).initialize();
  await server.query(`CREATE DATABASE ${database} TEMPLATE template0`);
  try {
    const url = new URL(serverUrl);
    url.pathname = `/${database}`;
    const dataSource = await new DataSource(dataSourceOptions(url.href, SCHEMA)).initialize();
    try {
      return await use(dataSource);
    } finally {
      await dataSource.destroy();
    }
  } finally {
    await server.query(`DROP DATABASE ${database} WITH (FORCE)`);
    await server.destroy();
  }
}

/** Every column, constraint, index, sequence, function and trigger of the schema, one line each, sorted. */
async function schemaOf(dataSource) {
  const rows = await dataSource.query(`
    SELECT format('column %s.%s %s%s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                  CASE WHEN a.attnotnull THEN ' not null' END, ' collate ' || l.collname,
                  ' default ' || pg_get_expr(d.adbin, d.adrelid), ' identity ' || nullif(a.attidentity::text, '')) AS line
      FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
      LEFT JOIN pg_collation l ON l.oid = a.attcollation AND l.collname <> 'default'
      LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
     WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0
       AND NOT a.attisdropped AND c.relname <> 'migrations'
    UNION ALL
    SELECT format('constraint %s.%s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
      FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND conrelid <> 0
       AND conrelid::regclass::text <> 'migrations' AND contype <> 'n'
    UNION ALL
    SELECT format('index %s', indexdef) FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'migrations'
    UNION ALL
    SELECT format('sequence %s', sequencename) FROM pg_sequences
     WHERE schemaname = 'public' AND sequencename NOT LIKE 'migrations%'
    UNION ALL
    SELECT format('function %s %s', proname, regexp_replace(prosrc, '\\s+', ' ', 'g'))
      FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL
    SELECT format('trigger %s', pg_get_triggerdef(t.oid))
      FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
     WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal
     ORDER BY 1`);
  return rows.map(({ line }) => line);
}

function compare(what, found, expected) {
  for (const line of expected) if (!found.includes(line)) faults.push(`${what}: missing ${line}`);
  for (const line of found) if (!expected.includes(line)) faults.push(`${what}: also ${line}`);
}
