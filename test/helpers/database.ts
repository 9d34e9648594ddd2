import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** PostgreSQL copies a template only while nobody is connected to it; the workers take turns. */
const TEMPLATE_LOCK = 7_368_014;
const ATTEMPTS = 20;

export interface TestDatabase {
  url: string;
  /** Disconnects whoever is still connected. */
  drop(): Promise<void>;
}

/** An empty database with the newest schema, for one spec file alone. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const { LOUPE_TEST_ADMIN_URL: adminUrl, LOUPE_TEST_TEMPLATE: template } = process.env;
  if (!adminUrl || !template) {
    throw new Error('There is no test server: run the e2e specs through jest ("npm test").');
  }
  // The name of the run is part of it: the teardown drops by it what a crashed spec has left.
  const run = template.slice('loupe_test_template_'.length);
  const name = `loupe_test_${run}_${randomBytes(6).toString('hex')}`;
  await withClient(adminUrl, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [TEMPLATE_LOCK]);
    await copyTemplate(client, name, template);
  });
  const url = new URL(adminUrl);
  url.pathname = `/${name}`;
  return {
    url: url.href,
    drop: () =>
      withClient(adminUrl, async (client) => {
        await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      }),
  };
}

async function copyTemplate(client: pg.Client, name: string, template: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await client.query(`CREATE DATABASE ${name} TEMPLATE ${template}`);
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      // object_in_use: autovacuum looks at the template now and then.
      if (code !== '55006' || attempt === ATTEMPTS) throw error;
      await sleep(100);
    }
  }
}

async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await work(client).finally(() => client.end());
}
