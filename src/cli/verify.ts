import 'reflect-metadata';
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { loadEnvironment } from '../config/load-environment.js';
import { MOST_AT_ONCE, OrphanReaper, type Reaping } from '../images/upkeep/orphan-reaper.js';
import { UpkeepRepository } from '../images/upkeep/upkeep.repository.js';
import { type Checked, type Difference, Verification } from '../images/upkeep/verification.js';
import { filesFolder } from '../storage/data-folder.js';
import { LocalDiskStorage } from '../storage/local-disk.storage.js';
import { withDatabase } from './with-database.js';

const USAGE = `Usage: npm run verify -- [--quick] [--repair [--force]] [--json]

Compares records, files and hashes, also while the service runs.

  --quick   compares presence and sizes only, and reads no file
  --repair  first puts right what can be without loss: files that no record names are set aside, those set
            aside that one names are brought back, counters are made what the annotations say
  --force   with --repair: sets files aside even when most have no record; look first whether DATABASE_URL
            and DATA_DIR belong together
  --json    prints one JSON object a line: differences as they are found, at last a summary

Exit code: 0 no difference, 1 differences, 2 it could not be checked.`;

/** How the reaper's deeds are called in the output. */
const DEEDS: Readonly<Record<string, string>> = {
  setAside: 'set-aside',
  broughtBack: 'brought-back',
  removed: 'removed',
};

const { values: flags } = parsed();
const say = (text: string) => process.stdout.write(`${text}\n`);

try {
  const environment = loadEnvironment();
  environment.dataDir = resolve(environment.dataDir);
  await access(filesFolder(environment.dataDir));
  process.exitCode = await withDatabase(environment, (dataSource) =>
    verify(dataSource, environment),
  );
} catch (error) {
  process.stderr.write(`It could not be checked: ${(error as Error).message}\n`);
  process.exitCode = 2;
}

async function verify(dataSource: DataSource, environment: Environment): Promise<number> {
  const storage = new LocalDiskStorage(environment);
  const repository = new UpkeepRepository(dataSource);
  if (flags.repair) await reap(new OrphanReaper(storage, repository, environment));
  const verification = new Verification(storage, repository, environment, {
    hashes: !flags.quick,
    repair: flags.repair,
    onDifference: (difference) => say(flags.json ? JSON.stringify(difference) : lineOf(difference)),
  });
  const checked = await verification.run();
  say(flags.json ? JSON.stringify({ summary: checked }) : sentencesFor(checked));
  return checked.differences === 0 ? 0 : 1;
}

/** As many rounds as it takes. */
async function reap(reaper: OrphanReaper): Promise<void> {
  let reaping: Reaping;
  do {
    reaping = await reaper.reap({ force: flags.force });
    const { held, ...deeds } = reaping;
    if (held !== undefined) process.stderr.write(`Files without a record stay: ${held}\n`);
    for (const [deed, files] of Object.entries(deeds))
      for (const file of files)
        say(
          flags.json ? JSON.stringify({ repaired: DEEDS[deed], file }) : `${DEEDS[deed]}  ${file}`,
        );
  } while (Math.max(reaping.setAside.length, reaping.broughtBack.length) >= MOST_AT_ONCE);
}

function lineOf({ difference, image_key, file, detail }: Difference): string {
  return `${difference}  ${[image_key, file].filter((name) => name !== null).join('  ')}  ${detail}`;
}

function sentencesFor(checked: Checked): string {
  const { images, pictures, files, bytes_hashed, differences, counters_repaired } = checked;
  const hashes = flags.quick ? 'hashes not compared' : `${bytes_hashed} bytes hashed`;
  return [
    `${images} images with ${pictures} pictures and ${files} files: ${differences} differences (${hashes}).`,
    ...(counters_repaired > 0
      ? [`The counters of ${counters_repaired} images were repaired.`]
      : []),
    ...(checked.young_files > 0
      ? [
          `${checked.young_files} files have no record yet: uploads in progress, or cut off; they are set aside later.`,
        ]
      : []),
    ...(checked.set_aside > 0 ? [`${checked.set_aside} files are set aside.`] : []),
    ...(checked.set_aside_though_named > 0
      ? [
          `${checked.set_aside_though_named} of them are named by records: --repair brings them back.`,
        ]
      : []),
  ].join('\n');
}

function parsed() {
  try {
    return parseArgs({
      options: {
        quick: { type: 'boolean', default: false },
        repair: { type: 'boolean', default: false },
        force: { type: 'boolean', default: false },
        json: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exit(2);
  }
}
