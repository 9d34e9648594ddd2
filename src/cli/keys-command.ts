import { parseArgs } from 'node:util';
import { ApiKeysRepository } from '../access/api-keys.repository.js';
import { ApiKeysService } from '../access/api-keys.service.js';
import { AuditLogRepository } from '../access/audit-log.repository.js';
import { AuditLog } from '../access/audit-log.service.js';
import { Caller } from '../access/caller.js';
import { CreateApiKeyRequest } from '../access/dto/create-api-key.request.js';
import { Environment } from '../config/environment.js';
import { InvalidEnvironment } from '../config/load-environment.js';
import { EmbeddedPostgresError } from '../database/embedded-postgres.errors.js';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import type { Position } from '../database/page.js';
import { RepeatableRequests } from '../database/repeatable-requests.js';
import { DomainError } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { validateBody } from '../http/validation/request-validation.js';
import { expiryOf } from './expiry.js';
import { keyTable } from './key-table.js';
import { say, type Terminal } from './terminal.js';
import { withDatabase } from './with-database.js';

const USAGE = `Usage: npm run keys -- <command>

  create --name <name> --role <viewer|annotator|capturer|admin> [--client <client_id>]… [--expires <when>]
      Makes a key and prints it, this once: of its secret only a digest is kept.
      Without --client its bearer sees all clients. Without --expires it holds until it is revoked;
      <when> is a span (90d, 12h, 30m) or a time with an offset (2027-01-01T00:00:00Z).
  list
      Prints every key, without its secret.
  revoke <prefix or name>
      Makes a key useless from now on, in all running copies of the service.

It works on the database of the settings (DATABASE_URL, or the embedded one below DATA_DIR), whether the
service runs or not. Exit code: 0 done, 1 refused or failed, 2 not understood. The key alone goes to a
variable like this:

  KEY=$(npm run --silent keys -- create --name tablet --role capturer)
`;
const ITEMS_AT_ONCE = 500;

/** The command line is not what the usage says (exit code 2). */
class UsageError extends Error {}

type Command = (keys: ApiKeysService, terminal: Terminal) => Promise<void>;

/**
 * `npm run keys`: makes, lists and revokes API keys.
 * @param readSettings throws InvalidEnvironment when they are not valid
 * @returns the exit code
 */
export async function keysCommand(
  args: string[],
  terminal: Terminal,
  readSettings: () => Environment,
): Promise<number> {
  try {
    const command = commandOf(args);
    if (!command) return say(terminal.stdout, USAGE, 0);
    await withDatabase(readSettings(), (dataSource) =>
      command(
        new ApiKeysService(
          dataSource,
          new ApiKeysRepository(dataSource),
          new AuditLog(new AuditLogRepository(dataSource)),
          new RepeatableRequests(dataSource),
        ),
        terminal,
      ),
    );
    return 0;
  } catch (error) {
    if (error instanceof UsageError) return say(terminal.stderr, `${error.message}\n\n${USAGE}`, 2);
    if (error instanceof InvalidRequest) return say(terminal.stderr, sentencesOf(error), 2);
    if (isOperatorsFault(error)) return say(terminal.stderr, `${error.message}\n`, 1);
    if (isDatabaseUnavailable(error))
      return say(terminal.stderr, `The database cannot be reached: ${String(error)}\n`, 1);
    throw error;
  }
}

/**
 * Everything about the arguments that can be wrong is told before a database is started.
 * @returns undefined when help is asked for
 */
function commandOf(args: string[]): Command | undefined {
  const { values, positionals } = parsed(args);
  const [name, ...rest] = positionals;
  if (values.help) return undefined;
  if (name === 'create' && rest.length === 0) return creating(values);
  const hasOptions = Object.keys(values).length > 0;
  if (name === 'list' && rest.length === 0 && !hasOptions) return printAll;
  if (name === 'revoke' && rest.length === 1 && !hasOptions) return revoking(rest[0] ?? '');
  throw new UsageError(name === undefined ? 'Which command?' : `Not understood: ${args.join(' ')}`);
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        name: { type: 'string' },
        role: { type: 'string' },
        client: { type: 'string', multiple: true },
        expires: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** The rules are those of POST /api-keys. */
function creating(values: ReturnType<typeof parsed>['values']): Command {
  const body = {
    name: values.name,
    role: values.role,
    client_ids: values.client,
    expires_at: values.expires === undefined ? undefined : expiryOf(values.expires, new Date()),
  };
  const draft = validateBody(CreateApiKeyRequest, body, new Environment()).toDraft();
  return async (keys, { stdout, stderr }) => {
    const { apiKey, key } = await keys.create(Caller.operator, draft);
    stderr.write(
      `The key "${apiKey.name}" (${apiKey.prefix}) was made. Keep it now: it is not shown again.\n`,
    );
    stdout.write(`${key ?? ''}\n`);
  };
}

async function printAll(keys: ApiKeysService, { stdout }: Terminal): Promise<void> {
  const all = [];
  let after: Position | undefined;
  do {
    const page = await keys.list(Caller.operator, {
      limit: ITEMS_AT_ONCE,
      ...(after && { after }),
    });
    all.push(...page.items);
    after = page.next;
  } while (after);
  stdout.write(keyTable(all, new Date()));
}

function revoking(prefixOrName: string): Command {
  return async (keys, { stderr }) => {
    const { prefix, name } = await keys.requireByPrefixOrName(Caller.operator, prefixOrName);
    await keys.revoke(Caller.operator, prefix);
    stderr.write(`The key "${name}" (${prefix}) is revoked.\n`);
  };
}

// The options are called as the fields are, but for the two that read better without their ending.
const OPTIONS: Readonly<Record<string, string>> = { client_ids: 'client', expires_at: 'expires' };

function sentencesOf({ faults }: InvalidRequest): string {
  const sentences = faults.map(({ pointer = '', detail }) => {
    const [, field = ''] = pointer.split('/');
    return `--${OPTIONS[field] ?? field} ${detail}`;
  });
  return `${[...new Set(sentences)].join('\n')}\nSee --help.\n`;
}

function isOperatorsFault(error: unknown): error is Error {
  return (
    error instanceof DomainError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof InvalidEnvironment
  );
}
