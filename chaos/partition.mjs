import { setTimeout as sleep } from 'node:timers/promises';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { Proxy } from './apparatus/proxy.mjs';
import { loadOn, stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';
import { Watch } from './apparatus/watch.mjs';

// A network between service and PostgreSQL that is slow, silent, broken or gone for a while. What cannot be
// done is refused in time; what a silent network swallowed arrives when it speaks again, perhaps long after the
// client was told that it failed.

const MODES = /** @type {const} */ (['delay', 'stall', 'reset', 'refuse']);
const REFUSED_WITHIN_MS = 5_000;
const READY_WITHIN_MS = 5_000;
const LONGEST_FAULT_MS = 9_000;
// Statements that were held back end by themselves: STATEMENT_TIMEOUT_MS and what goes with it.
const QUIET_MS = 5_000;

await stageScenario('partition', 12, async (stage) => {
  const { dice, tally, rounds, workshop } = stage;
  const postgres = await OwnPostgres.create(workshop);
  const proxy = new Proxy(postgres.port, dice.fork());
  await proxy.listen(workshop);
  const service = new Service(workshop, { DATABASE_URL: postgres.url(proxy.port) });
  const { load, examine, examineAll } = await loadOn(stage, service, async () => postgres.url(), {
    unanswered: (/** @type {string} */ what) => tally.violate(`no answer: ${what}`),
    refusedWithinMs: REFUSED_WITHIN_MS,
  });
  await service.start();
  const watch = new Watch(service, tally);
  for (let round = 0; round < rounds; round += 1) {
    const mode = MODES[round % MODES.length] ?? 'reset';
    load.start();
    await sleep(dice.between(200, 1_000));
    await proxy.become(mode);
    tally.count(`network: ${mode}`);
    await sleep(dice.between(500, LONGEST_FAULT_MS));
    await proxy.become('pass');
    tally.timeWithin(
      `from network back to ready, after ${mode}`,
      await service.untilReady(30_000),
      READY_WITHIN_MS,
    );
    await sleep(dice.between(0, 500));
    await load.stop();
    await untilQuiet(postgres);
    await examine();
    console.log(`  round ${round + 1} of ${rounds}: ${mode}`);
  }
  await watch.end();
  await examineAll();
});

/** Waits until nothing that was swallowed is still being done. @param {OwnPostgres} postgres */
async function untilQuiet(postgres) {
  for (const deadline = Date.now() + 2 * QUIET_MS; Date.now() < deadline; await sleep(100)) {
    const [{ busy }] = await postgres.ask(
      'loupe',
      `SELECT count(*)::int AS busy FROM pg_stat_activity
        WHERE datname = 'loupe' AND pid <> pg_backend_pid() AND state <> 'idle'`,
    );
    if (busy === 0) return;
  }
  throw new Error('PostgreSQL is still busy with something.');
}
