import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'node:http';
import { create } from './apparatus/deeds.mjs';
import { ask, NoAnswer } from './apparatus/http.mjs';
import { OwnPostgres } from './apparatus/postgres.mjs';
import { loadOn, stageScenario } from './apparatus/scenario.mjs';
import { Service } from './apparatus/service.mjs';

// SIGTERM under load: what was begun is answered, new requests are refused, the process ends with 0 in
// time. One upload of each round takes its time and is in the middle when the signal comes.

const ENDS_WITHIN_MS = 20_000;
const NOT_READY_WITHIN_MS = 100;
// What is sent in these milliseconds may meet a door that is being closed.
const AT_THE_DOOR_MS = 50;

await stageScenario('restart', 20, async (stage) => {
  const { dice, tally, rounds, workshop } = stage;
  const postgres = await OwnPostgres.create(workshop);
  const service = new Service(workshop, { DATABASE_URL: postgres.url() });
  let signalAt = Infinity;
  const { load, slowUpload, examine, examineAll } = await prepare(
    stage,
    service,
    postgres,
    (what, sentAt) => {
      if (sentAt < signalAt - AT_THE_DOOR_MS)
        tally.violate(
          `${what}, although it was sent ${(signalAt - sentAt).toFixed(0)} ms before the signal`,
        );
      else tally.count('refused at the door');
    },
  );
  await service.start();
  for (let round = 1; round <= rounds; round += 1) {
    load.start();
    await sleep(dice.between(200, 1_500));
    const upload = slowUpload(round, dice.between(300, 3_000));
    await upload.begun;
    tally.count('requests under way at the signal', load.underWay.size);
    signalAt = performance.now();
    const ended = service.terminate();
    await notReady(service, tally);
    const { code, ms } = await ended;
    if (code !== 0) tally.violate(`the service ended with ${code}`);
    tally.timeWithin('from SIGTERM to the end', ms, ENDS_WITHIN_MS);
    await upload.ended;
    await load.stop();
    signalAt = Infinity;
    await service.start();
    await examine();
  }
  await examineAll();
});

/** @param {(what: string, sentAt: number) => void} unanswered */
async function prepare(stage, service, postgres, unanswered) {
  const { dice, tally } = stage;
  const tools = await loadOn(stage, service, async () => postgres.url(), { unanswered });
  const { load } = tools;
  const slowUpload = (/** @type {number} */ round, /** @type {number} */ ms) => {
    /** @type {() => void} */
    let begin = () => undefined;
    const begun = new Promise((resolve) => (begin = () => resolve(undefined)));
    return { begun, ended: upload(round, ms, begin).finally(begin) };
  };
  const upload = async (
    /** @type {number} */ round,
    /** @type {number} */ ms,
    /** @type {() => void} */ begin,
  ) => {
    const deed = create(dice, `slow/${round}`, load.pictures);
    const number = await load.diary.sends({ key: deed.key, kind: deed.kind, after: deed.after });
    load.unfinished.set(deed.key, deed);
    load.touched.add(deed.key);
    const status = await sendSlowly(service.port, deed.question, ms, begin).catch((error) => {
      tally.violate(`an upload in the middle was not finished: ${error.message}`);
    });
    if (status === undefined) return;
    if (status !== 201) tally.violate(`an upload in the middle was answered ${status}`);
    else await load.diary.acknowledged(number, status);
    if (status === 201) load.unfinished.delete(deed.key);
    tally.count('uploads in the middle finished');
  };
  return { ...tools, slowUpload };
}

/** @param {() => void} begin is called when the service has the request @returns {Promise<number | undefined>} the status */
function sendSlowly(port, { method, path, headers, body }, ms, begin) {
  return new Promise((resolve, reject) => {
    const all = { 'content-length': body.length, expect: '100-continue', ...headers };
    const sent = request({ host: '127.0.0.1', port, method, path, headers: all, agent: false });
    sent.once('error', reject);
    sent.once('response', (answer) => {
      answer.resume().once('end', () => resolve(answer.statusCode));
    });
    const half = Math.floor(body.length / 2);
    sent.flushHeaders();
    sent.once('continue', () => {
      begin();
      sent.write(body.subarray(0, half));
      setTimeout(() => sent.end(body.subarray(half)), ms);
    });
  });
}

/** Readiness ends at once: by a 503, or because nobody listens. It counts when a question was sent. */
async function notReady(service, tally) {
  const begun = performance.now();
  let lastYes = 0;
  for (; performance.now() - begun < 5_000; await sleep(5)) {
    const sentAt = performance.now() - begun;
    const status = await ask(service.port, { path: '/health/ready', timeoutMs: 5_000 }).then(
      (answer) => answer.status,
      (error) => {
        if (error instanceof NoAnswer) return 0;
        throw error;
      },
    );
    if (status !== 200) break;
    lastYes = sentAt;
  }
  tally.timeWithin('last ready after SIGTERM', lastYes, NOT_READY_WITHIN_MS);
}
