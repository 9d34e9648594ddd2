import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { askDatabase } from './postgres.mjs';

/**
 * Looks at rows and files without the service: a row without its whole file is a violation, a file
 * without a row is rubbish that a kill may leave and the reaper takes.
 *
 * @param {{ dataDir: string, databaseUrl: string, tally: import('./tally.mjs').Tally, readsFiles: boolean }} what
 * @returns {Promise<{ files: number, unnamed: number, incoming: number }>}
 */
export async function compareRowsAndFiles({ dataDir, databaseUrl, tally, readsFiles }) {
  const rows = await askDatabase(
    databaseUrl,
    `SELECT image_key, file_storage_key AS name, file_bytes::float8 AS bytes, file_sha256 AS sha256
       FROM images WHERE file_storage_key IS NOT NULL`,
  );
  const miscounted = await askDatabase(
    databaseUrl,
    `SELECT image_key FROM images
      WHERE annotation_count <> (SELECT count(*) FROM annotations
                                  WHERE image_id = images.id AND deleted_at IS NULL)`,
  );
  for (const { image_key } of miscounted)
    tally.violate(`the row of ${image_key} counts its annotations wrong`);
  const folder = join(dataDir, 'files');
  const paths = await filesIn(folder);
  const named = new Set(rows.map(({ name }) => name));
  for (const { image_key, name, bytes, sha256 } of rows) {
    const path = join(folder, name.slice(-2), name);
    const size = await stat(path).then(
      (found) => found.size,
      () => undefined,
    );
    if (size === undefined) tally.violate(`the row of ${image_key} has no file`);
    else if (size !== bytes)
      tally.violate(`the file of ${image_key} has ${size} bytes of ${bytes}`);
    else if (readsFiles && (await digestOf(path)) !== sha256)
      tally.violate(`the file of ${image_key} has other bytes than its row says`);
  }
  return {
    files: rows.length,
    unnamed: paths.filter((path) => !named.has(basename(path))).length,
    incoming: (await filesIn(join(dataDir, 'incoming'))).length,
  };
}

/** Paths of all files below a folder; probes of the readiness check aside. @param {string} folder */
export async function filesIn(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith('.probe-'))
    .map(({ parentPath, name }) => join(parentPath, name));
}

/** @param {string} path */
async function digestOf(path) {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}
