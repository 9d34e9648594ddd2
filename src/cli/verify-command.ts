import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { DataSource } from 'typeorm';
import type { Environment } from '../config/environment.js';
import { MOST_AT_ONCE, OrphanReaper, type Reaping } from '../images/upkeep/orphan-reaper.js';
import { UpkeepRepository } from '../images/upkeep/upkeep.repository.js';
import { type Checked, type Difference, Verification } from '../images/upkeep/verification.js';
import { filesFolder } from '../storage/data-folder.js';
import { LocalDiskStorage } from '../storage/local-disk.storage.js';
import { say, type Terminal } from './terminal.js';
import { withDatabase } from './with-database.js';

const USAGE = `Usage: npm run verify -- [--quick] [--repair [--force]] [--json]

Compares records, files and hashes, also while the service runs.

  --quick   compares presence and sizes only, and reads no file
  --repair  first puts right what can be without loss: files that no record names are set aside, those set
            aside that one names are brought back, counters are made what the annotations say
  --force   with --repair: sets files aside even when most have no record; look first whether DATABASE_URL
            and DATA_DIR belong together
  --json    prints one JSON object a line: differences as they are found, at last a summary

Exit code: 0 no difference, 1 differences, 2 it could not be checked.
`;

/** How the reaper's deeds are called in the output. */
const DEEDS: Readonly<Record<string, string>> = {
  setAside: 'set-aside',
  broughtBack: 'brought-back',
  removed: 'removed',
};

interface Flags {
  quick: boolean;
  repair: boolean;
  force: boolean;
  json: boolean;
}

/**
 * `npm run verify`: compares records, files and hashes, and repairs what can be without loss.
 * @param readSettings throws InvalidEnvironment when they are not valid
 * @returns the exit code
 */
export async function verifyCommand(
  args: string[],
  terminal: Terminal,
  readSettings: () => Environment,
): Promise<number> {
  const { flags, misunderstood } = parsed(args);
  if (!flags) return say(terminal.stderr, `${misunderstood}\n\n${USAGE}`, 2);
  if (flags.help) return say(terminal.stdout, USAGE, 0);
  try {
    const environment = readSettings();
    environment.dataDir = resolve(environment.dataDir);
    await access(filesFolder(environment.dataDir));
    return await withDatabase(environment, (dataSource) =>
      verify(dataSource, environment, flags, terminal),
    );
  } catch (error) {
    return say(terminal.stderr, `It could not be checked: ${(error as Error).message}\n`, 2);
  }
}

async function verify(
  dataSource: DataSource,
  environment: Environment,
  flags: Flags,
  terminal: Terminal,
): Promise<number> {
  const tell = (text: string) => terminal.stdout.write(`${text}\n`);
  const storage = new LocalDiskStorage(environment);
  const repository = new UpkeepRepository(dataSource);
  if (flags.repair) await reap(new OrphanReaper(storage, repository, environment), flags, terminal);
  const verification = new Verification(storage, repository, environment, {
    hashes: !flags.quick,
    repair: flags.repair,
    onDifference: (difference) =>
      tell(flags.json ? JSON.stringify(difference) : lineOf(difference)),
  });
  const checked = await verification.run();
  tell(flags.json ? JSON.stringify({ summary: checked }) : sentencesFor(checked, flags));
  return checked.differences === 0 ? 0 : 1;
}

/** As many rounds as it takes. */
async function reap(reaper: OrphanReaper, flags: Flags, terminal: Terminal): Promise<void> {
  let reaping: Reaping;
  do {
    reaping = await reaper.reap({ force: flags.force });
    const { held, ...deeds } = reaping;
    if (held !== undefined) terminal.stderr.write(`Files without a record stay: ${held}\n`);
    for (const [deed, files] of Object.entries(deeds))
      for (const file of files) {
        const repaired = DEEDS[deed];
        const line = flags.json ? JSON.stringify({ repaired, file }) : `${repaired}  ${file}`;
        terminal.stdout.write(`${line}\n`);
      }
  } while (Math.max(reaping.setAside.length, reaping.broughtBack.length) >= MOST_AT_ONCE);
}

function lineOf({ difference, image_key, file, detail }: Difference): string {
  return `${difference}  ${[image_key, file].filter((name) => name !== null).join('  ')}  ${detail}`;
}

function sentencesFor(checked: Checked, flags: Flags): string {
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

function parsed(args: string[]) {
  const options = {
    quick: { type: 'boolean', default: false },
    repair: { type: 'boolean', default: false },
    force: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  } as const;
  try {
    return { flags: parseArgs({ args, options }).values, misunderstood: undefined };
  } catch (error) {
    return { flags: undefined, misunderstood: (error as Error).message };
  }
}
