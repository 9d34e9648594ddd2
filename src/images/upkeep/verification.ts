import { createHash } from 'node:crypto';
import { pipeline } from 'node:stream/promises';
import type { FileStorage } from '../../storage/file-storage.js';
import { surveyed, type SurveyedFile } from './file-survey.js';
import type { OrphanPatience } from './orphan-reaper.js';
import type { KeptRecord, UpkeepRepository } from './upkeep.repository.js';

/** Something that is not as it must be. */
export interface Difference {
  difference:
    | 'file-missing'
    | 'file-size'
    | 'file-hash'
    | 'file-unreadable'
    | 'file-without-record'
    | 'counters';
  image_key: string | null;
  /** Storage key. */
  file: string | null;
  detail: string;
}

/** What was looked at. */
export interface Checked {
  images: number;
  pictures: number;
  /** Of pictures whose hashes were compared. */
  bytes_hashed: number;
  files: number;
  differences: number;
  /** Files without a record that may belong to an upload in progress. */
  young_files: number;
  set_aside: number;
  /** Of those set aside; their records miss them. */
  set_aside_though_named: number;
  counters_repaired: number;
}

export interface VerificationOptions {
  /** Whether files are read and their hashes compared. */
  hashes: boolean;
  /** Whether counters are made right. */
  repair: boolean;
  /** Called for each difference when it is found. */
  onDifference: (difference: Difference) => void;
}

const PAGE = 100;
/** Files read at once: disks like more than one question, memory does not grow by it. */
const AT_ONCE = 4;

/**
 * Compares records, files and hashes while the service goes on working: what comes or goes meanwhile is
 * looked at again before it is called a difference. Nothing is changed but counters, if that is wanted.
 */
export class Verification {
  private readonly checked: Checked = {
    images: 0,
    pictures: 0,
    bytes_hashed: 0,
    files: 0,
    differences: 0,
    young_files: 0,
    set_aside: 0,
    set_aside_though_named: 0,
    counters_repaired: 0,
  };

  constructor(
    private readonly storage: FileStorage,
    private readonly repository: UpkeepRepository,
    private readonly patience: Pick<OrphanPatience, 'orphanAfterS'>,
    private readonly options: VerificationOptions,
  ) {}

  async run(): Promise<Checked> {
    await this.checkRecords();
    await this.checkFiles();
    for await (const files of surveyed(this.storage.listSetAside(), this.repository)) {
      this.checked.set_aside += files.length;
      this.checked.set_aside_though_named += files.filter(({ isNamed }) => isNamed).length;
    }
    return this.checked;
  }

  private async checkRecords(): Promise<void> {
    let last = '0';
    for (;;) {
      const records = await this.repository.recordsAfter(last, PAGE);
      const waiting = records.values();
      const worker = async () => {
        for (const record of waiting) await this.checkRecord(record);
      };
      await Promise.all(Array.from({ length: AT_ONCE }, worker));
      this.checked.images += records.length;
      last = records.at(-1)?.id ?? last;
      if (records.length < PAGE) return;
    }
  }

  private async checkRecord(record: KeptRecord): Promise<void> {
    if (record.file) this.checked.pictures += 1;
    const isSuspect = (await this.faultOfFile(record)) && (await this.namesItStill(record));
    const fault = isSuspect && (await this.faultOfFile(record));
    if (fault && (await this.namesItStill(record))) this.report(fault);
    await this.checkCounters(record);
  }

  private async faultOfFile({ key, file }: KeptRecord): Promise<Difference | undefined> {
    if (!file) return undefined;
    const fault = (difference: Difference['difference'], detail: string): Difference => ({
      difference,
      image_key: key,
      file: file.storageKey,
      detail,
    });
    try {
      const opened = await this.storage.open(file.storageKey);
      if (!opened) return fault('file-missing', 'the file of the picture is not there');
      try {
        if (opened.bytes !== file.bytes)
          return fault('file-size', `it has ${opened.bytes} bytes, the record says ${file.bytes}`);
        if (!this.options.hashes) return undefined;
        const hash = createHash('sha256');
        await pipeline(opened.stream(), hash);
        this.checked.bytes_hashed += opened.bytes;
        const sha256 = hash.digest('hex');
        if (sha256 === file.sha256) return undefined;
        return fault('file-hash', `its SHA-256 is ${sha256}, the record says ${file.sha256}`);
      } finally {
        await opened.close();
      }
    } catch (error) {
      return fault('file-unreadable', (error as Error).message);
    }
  }

  /** Whether the record still names the file, so that no change since has taken it away. */
  private async namesItStill(record: KeptRecord): Promise<boolean> {
    const now = await this.repository.record(record.id);
    return now?.file?.storageKey === record.file?.storageKey;
  }

  private async checkCounters(record: KeptRecord): Promise<void> {
    const wrong = wrongCounters(record);
    if (wrong.length === 0) return;
    if (this.options.repair) {
      await this.repository.recount(record.id);
      this.checked.counters_repaired += 1;
      return;
    }
    const detail = wrong.join(', ');
    this.report({ difference: 'counters', image_key: record.key, file: null, detail });
  }

  private async checkFiles(): Promise<void> {
    const eldest = Date.now() - this.patience.orphanAfterS * 1_000;
    for await (const files of surveyed(this.storage.list(), this.repository)) {
      this.checked.files += files.length;
      const unnamed = files.filter(({ isNamed }) => !isNamed);
      const young = unnamed.filter(({ modifiedAt }) => modifiedAt.getTime() >= eldest);
      this.checked.young_files += young.length;
      await this.checkUnnamed(unnamed.filter((file) => !young.includes(file)));
    }
  }

  private async checkUnnamed(files: readonly SurveyedFile[]): Promise<void> {
    const named = await this.repository.named(files.map(({ key }) => key));
    for (const { key, bytes, modifiedAt } of files) {
      if (named.has(key)) continue;
      const opened = await this.storage.open(key);
      if (!opened) continue;
      await opened.close();
      const detail = `no record names the file (${bytes} bytes, written ${modifiedAt.toISOString()})`;
      this.report({ difference: 'file-without-record', image_key: null, file: key, detail });
    }
  }

  private report(difference: Difference): void {
    this.checked.differences += 1;
    this.options.onDifference(difference);
  }
}

function wrongCounters({ counters, counted }: KeptRecord): string[] {
  const exact = ['annotation_count', 'annotation_bytes', 'highest_annotation_index'] as const;
  const wrong = exact
    .filter((name) => counters[name] !== counted[name])
    .map((name) => `${name} is ${counters[name]} and should be ${counted[name]}`);
  const version = 'annotation_set_version';
  // Every change of an annotation raises the version of the set; so do removals of others.
  if (counters[version] < counted[version])
    wrong.push(`${version} is ${counters[version]} and should be at least ${counted[version]}`);
  return wrong;
}
