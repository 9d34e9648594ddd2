import { open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const RELOAD_MS = 300;
const LOGGED_MS = 10;
const DURATION = /duration: ([\d.]+) ms/g;
// By which every process hears several times a second whether it still hears of changes: no request asks for it.
const BEAT = /^SELECT set_config\('synchronous_commit', 'off', true\), pg_notify/;
const ENTRY = /^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[(\d+)\] (\w+): +(?:(?:execute [^:]+|statement): )?/;

/**
 * The statements that PostgreSQL is asked to run while `act` runs, as its own log has them: what the
 * service really does, not what we think that it does.
 *
 * @param {{ client: import('pg').Client, logFile: string }} database nobody else may be using it
 * @param {() => Promise<unknown>} act
 * @returns {Promise<string[]>}
 */
export async function observeSql({ client, logFile }, act) {
  const { rows } = await client.query('SELECT pg_backend_pid() AS pid');
  await switchLog(client, `SET log_statement = 'all'`);
  const { size } = await stat(logFile);
  await act();
  await switchLog(client, 'RESET log_statement');
  return statementsIn(await readFrom(logFile, size), String(rows[0]?.pid));
}

/**
 * The milliseconds that PostgreSQL spends on what others ask of it while `act` runs: parsing, planning and running.
 *
 * @param {{ client: import('pg').Client, logFile: string }} database
 * @param {() => Promise<unknown>} act
 * @returns {Promise<number>}
 */
export async function timeSql({ client, logFile }, act) {
  await watchDurations(client);
  const { size } = await stat(logFile);
  await act();
  // The log is written beside the answer.
  await sleep(LOGGED_MS);
  const log = await readFrom(logFile, size);
  return [...log.matchAll(DURATION)].reduce((sum, [, ms]) => sum + Number(ms), 0);
}

/** @type {WeakSet<import('pg').Client>} */
const watched = new WeakSet();

/** @param {import('pg').Client} client whose own statements are not counted */
async function watchDurations(client) {
  if (watched.has(client)) return;
  await switchLog(client, 'SET log_min_duration_statement = 0');
  await client.query('SET log_min_duration_statement = -1');
  watched.add(client);
}

/** @param {import('pg').Client} client @param {string} change */
async function switchLog(client, change) {
  await client.query(`ALTER SYSTEM ${change}`);
  await client.query('SELECT pg_reload_conf()');
  await sleep(RELOAD_MS);
}

/** @param {string} file @param {number} position */
async function readFrom(file, position) {
  const log = await open(file);
  try {
    const { size } = await log.stat();
    const { buffer } = await log.read({ buffer: Buffer.alloc(size - position), position });
    return buffer.toString('utf8');
  } finally {
    await log.close();
  }
}

/** @param {string} log @param {string} ownPid */
function statementsIn(log, ownPid) {
  /** @type {string[]} */
  const statements = [];
  let isStatement = false;
  for (const line of log.split('\n')) {
    const entry = ENTRY.exec(line);
    if (entry) {
      const [prefix, pid, level] = entry;
      isStatement = level === 'LOG' && pid !== ownPid && /(execute|statement)/.test(prefix);
      if (isStatement) statements.push(line.slice(prefix.length));
    } else if (isStatement && line.startsWith('\t')) {
      // The log indents what goes on on the next line.
      statements[statements.length - 1] += `\n${line.slice(1)}`;
    }
  }
  return statements.filter((statement) => !BEAT.test(statement));
}

/**
 * Makes sure that the statements are still those that a bare contender knows how to run.
 *
 * @param {string[]} statements
 * @param {RegExp[]} expected
 * @param {string} contender the file to change otherwise
 */
export function assertStatements(statements, expected, contender) {
  const isKnown =
    statements.length === expected.length &&
    expected.every((pattern, place) => pattern.test(statements[place] ?? ''));
  if (isKnown) return;
  throw new Error(
    `The service runs other SQL than ${contender} knows; bring that up to date:\n${statements.join(';\n')}`,
  );
}
