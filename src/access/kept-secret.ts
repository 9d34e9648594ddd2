import { randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * A random secret that is made once and kept in `file-url-secret` below the data directory, readable by
 * its owner only. Copies of the service that share the directory share it.
 */
export async function keptSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'file-url-secret');
  await mkdir(dataDir, { recursive: true });
  const draft = `${path}.${randomUUID()}`;
  try {
    await writeFile(draft, randomBytes(32).toString('hex'), {
      mode: 0o600,
      flag: 'wx',
      flush: true,
    });
    // Unlike a rename, a link leaves alone what another copy made a moment ago.
    await link(draft, path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    });
  } finally {
    await unlink(draft).catch(() => undefined);
  }
  return readFile(path, 'utf8');
}
