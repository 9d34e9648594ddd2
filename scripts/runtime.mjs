// How Node.js is set for the service, wherever it is started; the Dockerfile says the same. Measured with
// `npm run bench:memory` and `npm run bench:reads`: as V8 would have it by itself, the process keeps 340 to 400 MB
// after the same load.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { parseEnv } from 'node:util';

/** Arguments of node, in front of the script. */
export const NODE_ARGUMENTS = [
  '--enable-source-maps',
  // V8 would rather let the old space grow to three times than collect it.
  '--heap-growing-percent=30',
  // Room for the pages of lists that are under way, so that they need not be copied to the old space.
  '--min-semi-space-size=16',
  '--max-semi-space-size=16',
  // Threads of the collector would wait for a core beside the database's processes, and it for them.
  '--no-parallel-scavenge',
];

/** The environment of the process; what the operator has set stays. */
export function runtimeEnvironment(environment = process.env) {
  return {
    ...environment,
    // libuv reads the size when Node.js loads its first module. One thread for each picture being
    // decoded, and four so that files can be read meanwhile.
    UV_THREADPOOL_SIZE: environment.UV_THREADPOOL_SIZE ?? String(decodesOf(environment) + 4),
    // With an arena for each thread, glibc keeps what decodes have freed.
    MALLOC_ARENA_MAX: environment.MALLOC_ARENA_MAX ?? '1',
  };
}

/** Pictures decoded at once, as the service will read it: from the environment, or from `.env`. */
function decodesOf(environment) {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  const decodes = Number(environment.DECODES || file.DECODES);
  return decodes > 0 ? decodes : os.availableParallelism();
}
