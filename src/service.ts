import cluster from 'node:cluster';
import { resolve } from 'node:path';
import { loadEnvironment } from './config/load-environment.js';
import { endWithSentence, isOperatorsFault } from './process/operators-fault.js';
import { openDataFolder } from './storage/data-folder.js';
import { workersOf } from './workers/share-of-settings.js';

/**
 * Runs the service until a signal ends it, as one process or as several (WORKERS); a fault that the operator can
 * mend is one sentence and exit 1.
 */
export async function runService(): Promise<void> {
  // Each kind of process loads only what it needs.
  if (cluster.isWorker) await (await import('./process/worker.js')).runWorker();
  else await begin();
}

async function begin(): Promise<void> {
  try {
    const environment = loadEnvironment();
    environment.dataDir = resolve(environment.dataDir);
    await openDataFolder(environment.dataDir);
    if (workersOf(environment) === 1)
      await (await import('./process/single.js')).runSingle(environment);
    else await (await import('./process/primary.js')).runPrimary(environment);
  } catch (error) {
    if (!isOperatorsFault(error)) throw error;
    endWithSentence(error);
  }
}
