import { setTimeout as sleep } from 'node:timers/promises';
import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { withDeadlineOfItsOwn } from '../database/deadline/database-time.js';
import { LabelListsRepository, type ListPlace } from './label-lists.repository.js';

/** Images of the first transaction. */
const FIRST_BATCH = 100;
const [FEWEST, MOST] = [20, 5_000];
/**
 * Later ones have as many as take about so long. Whoever writes to one of their images waits for it, and whoever reads
 * shares a core with it.
 */
const BATCH_MS = 25;
/** Until images that somebody else had locked are looked at again. */
const RETRY_MS = 500;

/**
 * Puts the images of merged labels into the lists of the labels that they carry now, batch by batch, beside everybody
 * else. Nobody has to wait for it: until it is done, whoever looks for a label looks into both lists.
 */
@Injectable()
export class LabelListsService implements OnModuleDestroy {
  private readonly logger = new Logger(LabelListsService.name);
  private readonly stopping = new AbortController();
  private running: Promise<void> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly lists: LabelListsRepository,
  ) {}

  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.running;
  }

  /** Has it done in the background, once after all that it is doing already. What fails is left to the upkeep. */
  begin(): void {
    this.running = this.running
      .then(() => this.relist())
      .catch((error: unknown) => {
        this.logger.warn({ err: error }, 'listing images of merged labels anew is tried again');
      });
  }

  /** Does all that is to be done, also what another process left behind. */
  async relist(): Promise<void> {
    for (const labelId of await this.lists.mergedLabels(this.dataSource.manager))
      await this.relistLabel(labelId);
  }

  private async relistLabel(labelId: string): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.pass(labelId);
      if (await this.once((manager) => this.lists.finish(manager, labelId))) return;
      await sleep(RETRY_MS, undefined, { signal, ref: false }).catch(() => undefined);
    }
  }

  /** Goes through the list of a label once; what is locked meanwhile stays in it. */
  private async pass(labelId: string): Promise<void> {
    let after: ListPlace | undefined;
    let size = FIRST_BATCH;
    do {
      const begun = performance.now();
      const place = after;
      after = await this.once((manager) => this.relistSome(manager, labelId, place, size));
      size = sizeAfter(size, performance.now() - begun);
    } while (after && !this.stopping.signal.aborted);
  }

  /** @returns up to where in the list; undefined at its end */
  private async relistSome(
    manager: EntityManager,
    labelId: string,
    after: ListPlace | undefined,
    size: number,
  ): Promise<ListPlace | undefined> {
    const places = await this.lists.listedUnder(manager, labelId, after, size);
    await this.lists.relistFree(
      manager,
      places.map(({ imageId }) => imageId),
    );
    return places.length < size ? undefined : places.at(-1);
  }

  /** Each batch may take as long as a request. */
  private once<T>(work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return withDeadlineOfItsOwn(() => this.dataSource.transaction(work));
  }
}

/** How many images come next: on a busy machine fewer, so that no transaction meets its deadline. */
function sizeAfter(size: number, ms: number): number {
  return Math.round(Math.min(MOST, Math.max(FEWEST, size * Math.min(2, BATCH_MS / ms))));
}
