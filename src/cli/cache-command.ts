import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Environment } from '../config/environment.js';
import { InvalidEnvironment } from '../config/load-environment.js';
import { isDatabaseUnavailable } from '../database/database-errors.js';
import { EmbeddedPostgresError } from '../database/embedded-postgres.errors.js';
import { DomainError } from '../errors/domain-error.js';
import { ownerPrefix } from '../images/cache/rendition-name.js';
import { Image } from '../images/image.entity.js';
import type { CacheStorage } from '../storage/cache-storage.js';
import { LocalDiskCacheStorage } from '../storage/local-disk-cache.storage.js';
import { cacheTable, type KeptRenditions } from './cache-table.js';
import { say, type Terminal } from './terminal.js';
import { withDatabase } from './with-database.js';

const USAGE = `Usage: npm run cache -- <command>

  stats [--json]
      Prints how much is kept below DATA_DIR/cache, and within which bound.
  purge [--image <image_key>] [--json]
      Removes all made pictures, or those of one image. They are made anew when they are asked for; a
      running service drops within some seconds what it holds of them in memory.

It may run beside the service. Only --image needs the database. Exit code: 0 done, 1 failed, 2 not understood.
`;

/** The command line is not what the usage says (exit code 2). */
class UsageError extends Error {}

/** What was asked for cannot be done (exit code 1). */
class Refusal extends Error {}

interface Order {
  name: 'stats' | 'purge';
  imageKey?: string | undefined;
  isJson: boolean;
}

/**
 * `npm run cache`: tells of the cache of made pictures, and empties it.
 * @param readSettings throws InvalidEnvironment when they are not valid
 * @returns the exit code
 */
export async function cacheCommand(
  args: string[],
  { stdout, stderr }: Terminal,
  readSettings: () => Environment,
): Promise<number> {
  try {
    const order = orderOf(args);
    if (!order) return say(stdout, USAGE, 0);
    const environment = readSettings();
    environment.dataDir = resolve(environment.dataDir);
    const storage = new LocalDiskCacheStorage(environment);
    const told =
      order.name === 'stats'
        ? statsText(await kept(storage, environment), order)
        : purgedText(await purge(storage, environment, order), order);
    return say(stdout, told, 0);
  } catch (error) {
    if (error instanceof UsageError) return say(stderr, `${error.message}\n\n${USAGE}`, 2);
    if (isOperatorsFault(error)) return say(stderr, `${error.message}\n`, 1);
    if (isDatabaseUnavailable(error))
      return say(stderr, `The database cannot be reached: ${String(error)}\n`, 1);
    throw error;
  }
}

/** @returns undefined when help is asked for */
function orderOf(args: string[]): Order | undefined {
  const { values, positionals } = parsed(args);
  if (values.help) return undefined;
  const [name, ...rest] = positionals;
  const { image: imageKey, json: isJson } = values;
  if (name === 'stats' && rest.length === 0 && imageKey === undefined) return { name, isJson };
  if (name === 'purge' && rest.length === 0) return { name, imageKey, isJson };
  throw new UsageError(name === undefined ? 'Which command?' : `Not understood: ${args.join(' ')}`);
}

function parsed(args: string[]) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        image: { type: 'string' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

async function kept(storage: CacheStorage, environment: Environment): Promise<KeptRenditions> {
  const stats: KeptRenditions = {
    entries: 0,
    bytes: 0,
    budget: environment.renditionCacheBytes,
    probation: { entries: 0, bytes: 0 },
    kept: { entries: 0, bytes: 0 },
    eldest_use: null,
  };
  for await (const { segment, occupied, usedAt } of storage.list()) {
    for (const part of [stats, stats[segment]]) {
      part.entries += 1;
      part.bytes += occupied;
    }
    const used = usedAt.toISOString();
    if (stats.eldest_use === null || used < stats.eldest_use) stats.eldest_use = used;
  }
  return stats;
}

async function purge(
  storage: CacheStorage,
  environment: Environment,
  { imageKey }: Order,
): Promise<number> {
  const removed =
    imageKey === undefined
      ? await removeAll(storage)
      : (await storage.removeAll(ownerPrefix(await storageKeyOf(imageKey, environment)))).length;
  await storage.announcePurge();
  return removed;
}

async function removeAll(storage: CacheStorage): Promise<number> {
  let removed = 0;
  for await (const { name } of storage.list()) {
    await storage.remove(name);
    removed += 1;
  }
  return removed;
}

async function storageKeyOf(imageKey: string, environment: Environment): Promise<string> {
  const image = await withDatabase(environment, (dataSource) =>
    dataSource.getRepository(Image).findOneBy({ key: imageKey }),
  );
  if (!image) throw new Refusal(`No image has the key "${imageKey}".`);
  if (image.fileStorageKey === null) throw new Refusal(`The image "${imageKey}" has no picture.`);
  return image.fileStorageKey;
}

function statsText(stats: KeptRenditions, { isJson }: Order): string {
  return isJson ? `${JSON.stringify(stats)}\n` : cacheTable(stats);
}

function purgedText(removed: number, { isJson }: Order): string {
  return isJson ? `${JSON.stringify({ removed })}\n` : `${removed} made pictures were removed.\n`;
}

function isOperatorsFault(error: unknown): error is Error {
  return (
    error instanceof Refusal ||
    error instanceof DomainError ||
    error instanceof EmbeddedPostgresError ||
    error instanceof InvalidEnvironment
  );
}
