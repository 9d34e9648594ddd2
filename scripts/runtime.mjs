// How Node.js is set for the service, wherever it is started; the Dockerfile says the same. Measured with
// `npm run bench:memory`: without the last three, the process keeps 340 to 400 MB after the same load.
import { existsSync, readFileSync } from 'node:fs';
import os from 'node:os';
import { parseEnv } from 'node:util';

/** Arguments of node, in front of the script. */
export const NODE_ARGUMENTS = [
  '--enable-source-maps',
  // V8 would rather let the old space grow than collect it: pages of lists live for milliseconds.
  '--heap-growing-percent=20',
  '--max-semi-space-size=8',
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
