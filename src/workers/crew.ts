import cluster, { type Worker } from 'node:cluster';
import type { Logger } from 'pino';
import type { Desk, Visit } from './desk.js';
import { closeWhatIsNotTaken } from './handed-over.js';
import { Setbacks } from './setbacks.js';

export interface CrewOptions {
  /** How many workers. */
  size: number;
  desk: Desk;
  logger: Logger;
  /** Called when the last worker is gone, before another one comes. */
  emptied(): void;
  /** Called at most once, when workers die as soon as they are there: what to tell the operator. */
  despair(sentence: string): void;
}

interface Member {
  worker: Worker;
  visit: Visit;
  gone: Promise<Departure>;
}

interface Departure {
  code: number | null;
  signal: string | null;
}

/** The workers: starts them, puts a new one in the place of one that dies, and ends them. */
export class Crew {
  private readonly members = new Map<number, Member>();
  private readonly setbacks = new Setbacks();
  private isStopping = false;

  constructor(private readonly options: CrewOptions) {
    // Connections in turns: left to the kernel, most would end up with the same worker.
    cluster.schedulingPolicy = cluster.SCHED_RR;
  }

  start(): void {
    for (let number = 1; number <= this.options.size; number += 1) this.fork(number);
  }

  /**
   * Lets every worker answer what it has begun, and end.
   * @returns whether all of them did, with everything answered
   */
  async stop(): Promise<boolean> {
    this.isStopping = true;
    const members = [...this.members.values()];
    for (const { worker } of members)
      if (worker.isConnected()) worker.send({ replies: [], stop: true });
    const departures = await Promise.all(members.map(({ gone }) => gone));
    return departures.every(({ code }) => code === 0);
  }

  /** Ends every worker at once. */
  kill(): void {
    this.isStopping = true;
    for (const { worker } of this.members.values()) worker.process.kill('SIGKILL');
  }

  private fork(number: number): void {
    const worker = cluster.fork();
    closeWhatIsNotTaken(worker);
    const visit = this.options.desk.admit({
      number,
      send: (replies) => {
        // One that has just ended needs no answer.
        if (worker.isConnected()) worker.send(replies, () => undefined);
      },
    });
    worker.on('message', (message: unknown) => visit.hear(message));
    worker.on('error', (error) => this.options.logger.warn({ context: 'Workers', err: error }));
    const gone = new Promise<Departure>((resolve) => {
      worker.once('exit', (code: number | null, signal: string | null) =>
        resolve({ code, signal }),
      );
    });
    this.members.set(number, { worker, visit, gone });
    const begun = performance.now();
    void gone.then((departure) => {
      visit.end();
      this.members.delete(number);
      if (this.members.size === 0) this.options.emptied();
      this.replace(number, worker, departure, performance.now() - begun);
    });
  }

  private replace(number: number, worker: Worker, departure: Departure, livedMs: number): void {
    if (this.isStopping) return;
    const { code, signal } = departure;
    const how = signal === null ? `with exit code ${String(code)}` : `by ${signal}`;
    const pauseMs = this.setbacks.pauseAfter(number, livedMs);
    if (pauseMs === undefined) {
      this.isStopping = true;
      const sentence =
        `Worker ${number} ended ${this.setbacks.mostInARow} times in a row soon after it was started, ` +
        `the last time ${how}: the service ends. Why may be above.`;
      this.options.despair(sentence);
      return;
    }
    const { pid } = worker.process;
    this.options.logger.error(
      { context: 'Workers', worker: number, pid, code, signal },
      `A worker ended ${how}, with the requests that it was answering; a new one comes.`,
    );
    setTimeout(() => {
      if (!this.isStopping) this.fork(number);
    }, pauseMs);
  }
}
