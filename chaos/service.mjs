import { setTimeout as sleep } from 'node:timers/promises';
import { embeddedUrl } from './apparatus/postgres.mjs';
import { loadOn, stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';

// kill -9 of the service at random moments under load, the embedded PostgreSQL with it; now and then once
// more while it starts.

const LONGEST_LOAD_MS = 2_000;
const KILLED_AGAIN = 0.1;

await stageScenario('service', 200, async (stage) => {
  const { dice, tally, rounds, workshop } = stage;
  const service = new Service(workshop);
  const { load, examine, examineAll } = await loadOn(stage, service, () =>
    embeddedUrl(service.dataDir),
  );
  await service.start();
  for (let round = 1; round <= rounds; round += 1) {
    load.start();
    await sleep(dice.between(50, LONGEST_LOAD_MS));
    await service.kill();
    tally.count('kill -9 of the service under load');
    await load.stop();
    if (dice.chance(KILLED_AGAIN)) {
      await service.launch();
      await sleep(dice.between(0, 2_000));
      await service.kill();
      tally.count('kill -9 of the service while it starts');
    }
    tally.time('from start to ready', await service.start());
    await examine();
    if (round % 20 === 0) console.log(`  round ${round} of ${rounds}`);
  }
  await examineAll();
});
