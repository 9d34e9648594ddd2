import { setTimeout as sleep } from 'node:timers/promises';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { Watch } from './apparatus/watch.mjs';
import { loadOn, stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';

// kill -9 of all processes of a PostgreSQL under load. The service lives on, answers 503, and is ready
// again soon after PostgreSQL is.

const LONGEST_LOAD_MS = 1_500;
const LONGEST_OUTAGE_MS = 3_000;
const READY_WITHIN_MS = 2_000;

await stageScenario('postgres', 50, async (stage) => {
  const { dice, tally, rounds, workshop } = stage;
  const postgres = await OwnPostgres.create(workshop);
  const service = new Service(workshop, { DATABASE_URL: postgres.url() });
  const unanswered = (/** @type {string} */ what) => tally.violate(`no answer: ${what}`);
  const { load, examine, examineAll } = await loadOn(stage, service, async () => postgres.url(), {
    unanswered,
  });
  await service.start();
  const { pid } = service;
  const watch = new Watch(service, tally);
  for (let round = 1; round <= rounds; round += 1) {
    load.start();
    await sleep(dice.between(50, LONGEST_LOAD_MS));
    await postgres.kill();
    tally.count('kill -9 of PostgreSQL under load');
    await sleep(dice.between(0, LONGEST_OUTAGE_MS));
    await postgres.start();
    const recovery = await service.untilReady(10_000);
    tally.timeWithin('from connections accepted to ready', recovery, READY_WITHIN_MS);
    await sleep(dice.between(0, 500));
    await load.stop();
    await examine();
    if (round % 10 === 0) console.log(`  round ${round} of ${rounds}`);
  }
  await watch.end();
  if (service.pid !== pid || !service.lives) tally.violate('the service did not live on');
  await examineAll();
});
