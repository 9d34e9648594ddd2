import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { AuditLog } from '../../access/audit-log.service.js';
import { LabelListsService } from '../../annotations/label-lists.service.js';
import { Environment } from '../../config/environment.js';
import { SoleWorker, UPKEEP_LOCK } from '../../database/sole-worker.js';
import { FileStorage } from '../../storage/file-storage.js';
import { UploadSpool } from '../../storage/upload-spool.js';
import { PictureStore } from '../picture-store.js';
import { HistoryPurge } from './history-purge.js';
import { OrphanReaper, type Reaping } from './orphan-reaper.js';
import { TombstonePurge } from './tombstone-purge.js';
import { TrashPurge } from './trash-purge.js';
import { UpkeepRepository } from './upkeep.repository.js';

/** The first round does not add to the work of starting. */
const FIRST_ROUND_AFTER_S = 60;
const DAY_MS = 86_400_000;

/** Tidies up from time to time: abandoned uploads, old trash, old history, what is left of purged images, files without a record. */
@Injectable()
export class UpkeepService implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(UpkeepService.name);
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly worker: SoleWorker,
    private readonly storage: FileStorage,
    private readonly pictures: PictureStore,
    private readonly spool: UploadSpool,
    private readonly audit: AuditLog,
    private readonly labels: LabelListsService,
    private readonly environment: Environment,
  ) {}

  onApplicationBootstrap(): void {
    this.schedule(Math.min(FIRST_ROUND_AFTER_S, this.environment.upkeepIntervalS));
  }

  async onModuleDestroy(): Promise<void> {
    clearTimeout(this.timer);
    this.stopping.abort();
    await this.running;
  }

  /** One round of everything; a part that fails is logged, and tried again in the next round. */
  async round(): Promise<void> {
    await this.attempt(() => this.removeAbandonedUploads());
    await this.attempt(() => this.labels.relist());
    await this.attempt(async () => {
      await this.worker.run(UPKEEP_LOCK, async (dataSource) => {
        const { signal } = this.stopping;
        const trash = new TrashPurge(dataSource, this.pictures, this.audit);
        await this.attempt(() => this.purgeTrash(trash, signal));
        const repository = new UpkeepRepository(dataSource);
        await this.attempt(() => this.purgeHistory(new HistoryPurge(repository), signal));
        await this.attempt(() => this.forgetPurged(new TombstonePurge(repository), signal));
        const reaper = new OrphanReaper(this.storage, repository, this.environment);
        await this.attempt(async () => this.tell(await reaper.reap({ signal })));
      });
    });
  }

  private schedule(seconds: number): void {
    if (seconds === 0) return;
    this.timer = setTimeout(() => {
      this.running = this.round().then(() => {
        if (!this.stopping.signal.aborted) this.schedule(this.environment.upkeepIntervalS);
      });
    }, seconds * 1_000);
    this.timer.unref();
  }

  private async attempt(work: () => Promise<void>): Promise<void> {
    try {
      if (!this.stopping.signal.aborted) await work();
    } catch (error) {
      this.logger.warn({ err: error }, 'tidying up failed, and is tried again');
    }
  }

  private async removeAbandonedUploads(): Promise<void> {
    const uploads = await this.spool.removeAbandoned();
    if (uploads > 0) this.logger.log({ uploads }, 'removed abandoned uploads');
  }

  private async purgeTrash(trash: TrashPurge, signal: AbortSignal): Promise<void> {
    const { trashDays } = this.environment;
    if (trashDays === 0) return;
    const images = await trash.purge(new Date(Date.now() - trashDays * DAY_MS), signal);
    if (images > 0) this.logger.log({ images }, 'purged images from the trash');
  }

  private async purgeHistory(history: HistoryPurge, signal: AbortSignal): Promise<void> {
    const { historyRetentionDays } = this.environment;
    if (historyRetentionDays === 0) return;
    const before = new Date(Date.now() - historyRetentionDays * DAY_MS);
    const versions = await history.purge(before, signal);
    if (versions > 0) this.logger.log({ versions }, 'removed old versions of annotations');
  }

  private async forgetPurged(tombstones: TombstonePurge, signal: AbortSignal): Promise<void> {
    const { tombstoneRetentionDays } = this.environment;
    if (tombstoneRetentionDays === 0) return;
    const before = new Date(Date.now() - tombstoneRetentionDays * DAY_MS);
    const images = await tombstones.purge(before, signal);
    if (images > 0) this.logger.log({ images }, 'forgot images that were purged long ago');
  }

  private tell({ setAside, broughtBack, removed, held }: Reaping): void {
    if (held !== undefined)
      this.logger.warn(`files without a record are left where they are: ${held}`);
    if (broughtBack.length > 0)
      this.logger.warn({ files: broughtBack }, 'brought back files that a record names');
    if (setAside.length > 0)
      this.logger.log({ files: setAside }, 'set aside files that no record names');
    if (removed.length > 0)
      this.logger.log({ files: removed }, 'removed files that were set aside');
  }
}
