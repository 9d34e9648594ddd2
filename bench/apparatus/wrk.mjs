import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Says in one line of JSON what wrk found (https://github.com/wg/wrk, SCRIPTING). */
const SCRIPT = `
done = function(summary, latency, requests)
  local errors = summary.errors
  io.write(string.format(
    '\\nJSON{"total":%d,"bytes":%d,"us":%d,"p50":%d,"p99":%d,"errors":%d}\\n',
    summary.requests, summary.bytes, summary.duration,
    latency:percentile(50), latency:percentile(99),
    errors.connect + errors.read + errors.write + errors.status + errors.timeout))
end
`;

/** Whether wrk is installed. It makes several times the load that Node.js makes on one core. */
export async function hasWrk() {
  // It has no option that only succeeds.
  return run('wrk', ['-v']).then(
    () => true,
    (error) => error.code !== 'ENOENT',
  );
}

/**
 * Puts load on a server of 127.0.0.1 with wrk, which checks that statuses are below 400; that the answers are
 * as long as they must be is checked on average.
 *
 * @param {string} directory for its script
 * @param {{ port: number, path: string, headers?: Record<string, string>, answerBytes: number }} target
 *   `answerBytes`: of a whole answer, head included
 * @param {import('./load.mjs').Plan} plan
 * @returns {Promise<import('./load.mjs').Speed>}
 */
export async function driveWithWrk(directory, target, { concurrency, leadInMs, measuredMs }) {
  const script = join(directory, 'wrk.lua');
  await writeFile(script, SCRIPT);
  const put = async (/** @type {number} */ ms) => {
    const { port, path, headers = {} } = target;
    const { stdout } = await run('wrk', [
      ...['-t', '1', '-c', String(concurrency), '-d', `${Math.max(1, Math.round(ms / 1000))}s`],
      ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
      ...['-s', script, `http://127.0.0.1:${port}${path}`],
    ]);
    return JSON.parse(/JSON(.*)/.exec(stdout)?.[1] ?? '');
  };
  const before = leadInMs > 0 ? await put(leadInMs) : { total: 0 };
  const found = await put(measuredMs);
  const bytes = found.bytes / found.total;
  // wrk ends in the middle of answers.
  const slack = 0.01 + (2 * concurrency) / found.total;
  if (found.errors > 0 || Math.abs(bytes / target.answerBytes - 1) > slack)
    throw new Error(
      `${target.path}: ${found.errors} errors, answers of ${bytes.toFixed(0)} bytes instead of ${target.answerBytes}`,
    );
  return {
    perSecond: found.total / (found.us / 1e6),
    p50Ms: found.p50 / 1000,
    p99Ms: found.p99 / 1000,
    total: before.total + found.total,
  };
}
