import { expect } from '@jest/globals';
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Response } from 'supertest';
import type { TestApp } from './app.js';

/** Everything that a service keeps, to be compared with what it keeps later. */
export interface ServiceState {
  /** For every table how many rows it has, and a digest of them. */
  tables: Record<string, { rows: number; digest: string }>;
  /** For every file below the data directory, by its path, a digest of its bytes. */
  files: Record<string, string>;
}

/** What the service keeps at this moment; when a key was used last says nothing of that. */
export async function stateOf({ dataSource, dataDir }: TestApp): Promise<ServiceState> {
  const names = await dataSource.query<{ name: string }[]>(
    `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY name`,
  );
  const digests = await dataSource.query<{ name: string; rows: number; digest: string }[]>(
    names
      .map(
        ({ name }) =>
          `SELECT '${name}' AS name, count(*)::int AS rows,
                  coalesce(md5(string_agg(content, ' ' ORDER BY content)), '') AS digest
             FROM (SELECT (to_jsonb(t) - 'last_used_at')::text AS content FROM "${name}" t) rows`,
      )
      .join(' UNION ALL '),
  );
  const tables = digests.map(({ name, rows, digest }) => [name, { rows, digest }]);
  return { tables: Object.fromEntries(tables), files: await filesBelow(dataDir) };
}

/**
 * The paths of the files that are stored, and of uploads that are not done; with digests of their bytes. What
 * can be made again is no state.
 */
export async function filesBelow(dataDir: string): Promise<Record<string, string>> {
  const entries = await readdir(dataDir, { recursive: true, withFileTypes: true });
  const cache = join(dataDir, 'cache');
  const files = entries.filter((entry) => entry.isFile() && !entry.parentPath.startsWith(cache));
  const digests = files.map(async ({ parentPath, name }) => {
    const path = join(parentPath, name);
    // Removed between the listing and the reading: then it is not there.
    const bytes = await readFile(path).catch(() => undefined);
    if (!bytes) return [];
    return [[path.slice(dataDir.length), createHash('sha256').update(bytes).digest('hex')]];
  });
  return Object.fromEntries((await Promise.all(digests)).flat()) as Record<string, string>;
}

/**
 * Expects a request to change nothing: no row, no file; and the service to be there afterwards.
 * @returns its answer
 */
export async function expectNoChange<A = Response>(
  service: TestApp,
  request: () => PromiseLike<A>,
): Promise<A> {
  const before = await stateOf(service);
  const answer = await request();
  expect(await stateOf(service)).toEqual(before);
  expect((await service.http.get('/health/ready')).status).toBe(200);
  return answer;
}
