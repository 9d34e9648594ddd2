import { setTimeout as sleep } from 'node:timers/promises';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { DatabaseConnector } from '../database-connector.js';
import { reasonOf } from '../database-errors.js';
import { untilAborted } from '../../workers/turns.js';
import { ChangeConnection } from './change-connection.js';
import { Lease } from './lease.js';

const LEASE_MS = 1_000;
const BEAT_MS = 300;
/** Without anybody who wants to know, there are no beats. */
const DROWSY_MS = 10_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;

/** Somebody who remembers what others change. */
export interface ChangeSubscriber {
  /** What was told on the channel, at the latest when the transaction that told it can be seen. */
  changed(payload: string): void;
  /** Something may have been missed: nothing that was remembered holds any more. */
  forgetAll(): void;
}

/** Tells at once what is committed in the database, by this process or by another one (LISTEN/NOTIFY). */
export class ChangeFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly subscribers = new Map<string, ChangeSubscriber[]>();
  private readonly lease = new Lease(LEASE_MS);
  private readonly logger = new Logger('Database');
  private readonly ending = new AbortController();
  private running: Promise<void> = Promise.resolve();
  private wake: () => void = () => undefined;
  private askedAt = performance.now();
  private pauseMs = FIRST_PAUSE_MS;
  private isFailureSaid = false;

  constructor(
    private readonly url: string,
    private readonly database: Pick<DatabaseConnector, 'connected'>,
  ) {}

  /** @param channel a name that needs no quotes; subscribe before the application is there */
  subscribe(channel: string, subscriber: ChangeSubscriber): void {
    this.subscribers.set(channel, [...(this.subscribers.get(channel) ?? []), subscriber]);
  }

  /**
   * Whether subscribers have been told everything that was committed until a second ago. Never true of a
   * connection that is lost or hangs, or of a server that keeps its notifications for itself.
   */
  get isCurrent(): boolean {
    const isDrowsy = this.isDrowsy;
    this.askedAt = performance.now();
    if (isDrowsy) this.wake();
    return this.lease.isValid;
  }

  onApplicationBootstrap(): void {
    if (this.subscribers.size > 0) this.running = this.run();
  }

  async onApplicationShutdown(): Promise<void> {
    this.ending.abort();
    this.wake();
    await this.running;
  }

  private get isDrowsy(): boolean {
    return performance.now() - this.askedAt > DROWSY_MS;
  }

  private async run(): Promise<void> {
    const { signal } = this.ending;
    const isUsable = await Promise.race([
      this.database.connected.then(
        () => true,
        () => false,
      ),
      // The database may never come.
      untilAborted(signal).then(() => false),
    ]);
    while (isUsable && !signal.aborted) {
      await this.follow().catch((error: unknown) => this.report(error));
      await sleep(this.pauseMs, undefined, { signal, ref: false }).catch(() => undefined);
      this.pauseMs = Math.min(this.pauseMs * 2, LONGEST_PAUSE_MS);
    }
  }

  /** Listens until the connection is lost, or this ends. */
  private async follow(): Promise<void> {
    const connection = await ChangeConnection.open(this.url, [...this.subscribers.keys()], {
      hear: (channel, payload) => {
        for (const subscriber of this.subscribers.get(channel) ?? []) subscriber.changed(payload);
      },
      lose: () => this.lose(),
    });
    try {
      while (!this.ending.signal.aborted) {
        await connection.beat(this.lease.begin());
        this.succeed();
        await this.rest();
      }
    } finally {
      this.lose();
      await connection.close();
    }
  }

  private lose(): void {
    this.lease.end();
    for (const subscriber of [...this.subscribers.values()].flat()) subscriber.forgetAll();
    this.wake();
  }

  /** Until the next beat: for a moment, or until somebody wants to know again. */
  private async rest(): Promise<void> {
    if (this.ending.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (!this.isDrowsy) timer = setTimeout(resolve, BEAT_MS).unref();
    });
    clearTimeout(timer);
  }

  private succeed(): void {
    if (this.isFailureSaid) this.logger.log('Changes of other processes are heard again.');
    this.isFailureSaid = false;
    this.pauseMs = FIRST_PAUSE_MS;
  }

  private report(error: unknown): void {
    if (this.isFailureSaid || this.ending.signal.aborted) return;
    this.isFailureSaid = true;
    this.logger.warn(
      `Changes of other processes are not heard (${reasonOf(error)}): everything is looked up.`,
    );
  }
}
