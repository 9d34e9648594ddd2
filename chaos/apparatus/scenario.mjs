import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Diary } from './diary.mjs';
import { Dice } from './dice.mjs';
import { examine, examineAll } from './examine.mjs';
import { Load } from './load.mjs';
import { Pictures } from './pictures.mjs';
import { Tally } from './tally.mjs';
import { inWorkshop, ROOT } from './workshop.mjs';

/**
 * @typedef {object} Stage
 * @property {import('./workshop.mjs').Workshop} workshop
 * @property {Dice} dice
 * @property {Tally} tally
 * @property {number} rounds
 */

/**
 * Runs one scenario: prints what it did and found, as text and as a line of JSON in the end, and fails (exit
 * code 1) by any violation.
 *
 * @param {string} name
 * @param {number} rounds unless `--rounds` says otherwise
 * @param {(stage: Stage) => Promise<void>} play
 */
export async function stageScenario(name, rounds, play) {
  const { values } = parseArgs({
    options: { rounds: { type: 'string' }, seed: { type: 'string' } },
  });
  const stage = {
    rounds: wholeNumber('--rounds', values.rounds ?? String(rounds)),
    seed: wholeNumber('--seed', values.seed ?? String(Date.now() % 1_000_000_000)),
  };
  const tally = new Tally();
  const begun = performance.now();
  console.log(`=== ${name}: ${stage.rounds} rounds, --seed ${stage.seed}`);
  await inWorkshop((workshop) =>
    play({ workshop, dice: new Dice(stage.seed), tally, rounds: stage.rounds }),
  ).catch((/** @type {unknown} */ error) => {
    console.error(error);
    tally.violate(`it came to no end: ${error}`);
  });
  const seconds = Math.round((performance.now() - begun) / 1000);
  console.log(`--- ${name}: what happened in ${seconds} s`);
  tally.print();
  console.log(JSON.stringify({ scenario: name, ...stage, seconds, ...tally.summary() }));
  if (tally.violations.length > 0) process.exitCode = 1;
}

/**
 * A mixed load on a service, and what it takes to examine it.
 *
 * @param {Stage} stage
 * @param {import('./service.mjs').Service} service
 * @param {() => Promise<string>} databaseUrl
 * @param {object} [options] of the load
 */
export async function loadOn({ workshop, dice, tally }, service, databaseUrl, options = {}) {
  const diaryFile = join(workshop.folder, 'diary.ndjson');
  const diary = await Diary.open(diaryFile, workshop);
  const pictures = await Pictures.draw('chaos');
  const load = new Load({ service, diary, tally, dice: dice.fork(), pictures, ...options });
  workshop.later(() => load.stop());
  const subject = { service, diary, tally, load, databaseUrl };
  return {
    load,
    examine: () => examine(subject),
    examineAll: async () => {
      await examineAll(subject, diaryFile);
      await reportErrors(service, tally);
      await verify(service, await databaseUrl(), tally);
    },
  };
}

/** The fault behind an answer is logged as an error only where nobody foresaw it. */
async function reportErrors(service, tally) {
  const lines = (await readFile(service.logFile, 'utf8')).split('\n');
  const faults = lines.filter(
    (line) => /"level":"(error|fatal)"/.test(line) && !/"status":50[37]/.test(line),
  );
  for (const fault of faults) tally.violate(`the service logged ${fault.slice(0, 1_500)}`);
}

/** `npm run verify`, where there is such a command, must find no difference. */
async function verify(service, databaseUrl, tally) {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'));
  if (!scripts.verify) return;
  const { status, stdout, stderr } = spawnSync('npm', ['run', '--silent', 'verify'], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...process.env, DATA_DIR: service.dataDir, DATABASE_URL: databaseUrl },
  });
  tally.count('npm run verify');
  if (status !== 0) tally.violate(`npm run verify ended with ${status}:\n${stdout}${stderr}`);
}

/** @param {string} option @param {string} value */
function wholeNumber(option, value) {
  if (/^\d{1,9}$/.test(value)) return Number(value);
  throw new Error(`${option} must be a whole number.`);
}
