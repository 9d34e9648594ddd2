import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { LogExcerpt } from './log-excerpt.js';
import type { Account } from './postgres-account.js';
import { startWatched, type WatchedCommand } from './postgres-watchdog.js';
import { serverMemory } from './server-memory.js';

/** Generous: after a crash PostgreSQL first repeats what was written since the last checkpoint. */
const READY_WITHIN_MS = 120_000;

export interface ServerSettings {
  postgres: string;
  dataDirectory: string;
  account: Account;
  logFile: string;
  password: string;
  durable: boolean;
  connections: number;
}

export type StartOutcome =
  | { state: 'ready'; server: WatchedCommand }
  | { state: 'port-taken' | 'locked' | 'failed'; reason: string };

/** Starts PostgreSQL once, and waits until it accepts connections or has given up. */
export async function startServer(settings: ServerSettings, port: number): Promise<StartOutcome> {
  const { postgres, dataDirectory, account, logFile, password } = settings;
  const clusterName = `loupe_${randomBytes(6).toString('hex')}`;
  const excerpt = await LogExcerpt.from(logFile);
  const server = startWatched(
    [postgres, '-D', dataDirectory, ...serverOptions(settings, port, clusterName)],
    { account, logFile, cwd: dataDirectory },
  );

  const exit = server.ended.then((how) => ({ how }));
  let reason = `it was not ready within ${READY_WITHIN_MS / 1000} s`;
  const deadline = Date.now() + READY_WITHIN_MS;
  while (Date.now() < deadline) {
    const answer = await Promise.race([exit, askForName(port, password)]);
    if ('how' in answer) return explain(await excerpt.read(), answer.how);
    if (answer.name === clusterName) return { state: 'ready', server };
    if (answer.refusal !== undefined) {
      // Either our password is wrong, or a stranger has the port and ours is about to give up.
      const ending = await Promise.race([exit, sleep(1_000)]);
      if (ending) return explain(await excerpt.read(), ending.how);
      reason = answer.refusal;
      break;
    }
    await sleep(20);
  }
  server.end();
  await exit;
  return { state: 'failed', reason };
}

/** A port that is free on 127.0.0.1 at this moment; somebody else may still be quicker. */
export async function findFreePort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve, reject) => {
    probe.once('error', reject).listen(0, '127.0.0.1', resolve);
  });
  const { port } = probe.address() as AddressInfo;
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

function serverOptions(
  { durable, connections }: ServerSettings,
  port: number,
  clusterName: string,
): string[] {
  const options: Record<string, string | number> = {
    listen_addresses: '127.0.0.1',
    port,
    unix_socket_directories: '',
    cluster_name: clusterName,
    ...serverMemory(),
    max_connections: connections,
    timezone: 'UTC',
    log_timezone: 'UTC',
    lc_messages: 'C',
    jit: 'off',
    // The log tells the life of the server. Refused statements are for the service to report: it
    // provokes some on purpose, and their text holds the users' data.
    log_min_messages: 'log',
    log_min_error_statement: 'panic',
    log_checkpoints: 'off',
    log_line_prefix: '%m [%p] ',
    ...(durable ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  return Object.entries(options).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
}

/**
 * Asks whoever listens on the port for its name, because it need not be the server just started:
 * a killed one's orphan has the same password.
 */
async function askForName(
  port: number,
  password: string,
): Promise<{ name?: string; refusal?: string }> {
  const client = new pg.Client({
    host: '127.0.0.1',
    port,
    user: 'loupe',
    password,
    database: 'postgres',
    ssl: false,
    connectionTimeoutMillis: 5_000,
  });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const { rows } = await client.query<{ name: string }>(
      `SELECT current_setting('cluster_name') AS name`,
    );
    return { name: rows[0]?.name };
  } catch (error) {
    const { code, message } = error as Error & { code?: string };
    const isRefusal = code === '28P01' || code === '28000';
    return isRefusal ? { refusal: message } : {};
  } finally {
    await client.end().catch(() => undefined);
  }
}

function explain(logged: string, ending: string | undefined): StartOutcome {
  if (/could not bind .*in use|could not create any TCP\/IP sockets/.test(logged)) {
    return { state: 'port-taken', reason: 'its port was taken' };
  }
  if (/lock file ".*" (already exists|is empty)|pre-existing shared memory block/.test(logged)) {
    return { state: 'locked', reason: 'another PostgreSQL still has the data open' };
  }
  const lastLines = logged.trim().split('\n').slice(-3).join(' ');
  return { state: 'failed', reason: `${ending ?? 'it ended at once'}: ${lastLines}` };
}
