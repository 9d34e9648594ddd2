import type { Socket } from 'node:net';
import { types } from 'node:util';
import pg from 'pg';
import { type CancelTarget, requestCancel } from './cancel-request.js';
import { waitForDatabase } from './database-time.js';
import { unwantedSignal, WorkUnwanted } from './unwanted-work.js';

/** What pg's clients are made of, which their types keep quiet about. */
interface Internals extends Omit<CancelTarget, 'sslNegotiation'> {
  connection: { stream: Socket; sslNegotiation?: string };
}

export interface DeadlineConfig extends pg.ClientConfig {
  /** Milliseconds; none, or 0: statements may take as long as they need. */
  deadlineMs?: number;
}

/** How long a server may take to say goodbye. */
const FAREWELL_MS = 1_000;
/** How long it may take to cancel a statement. */
const CANCEL_MS = 5_000;

/**
 * A connection that is cut when a statement is overdue. PostgreSQL's own statement_timeout comes
 * earlier, but a server that is stopped, or behind a network that swallows everything, keeps no time.
 *
 * It is cut, and never used again, because nobody knows what became of the statement: after a BEGIN
 * that was merely given up, later statements would run in a transaction that nobody commits.
 */
export class DeadlineClient extends pg.Client {
  private readonly deadlineMs: number;

  constructor(config: DeadlineConfig = {}) {
    super(config);
    this.deadlineMs = config.deadlineMs ?? 0;
    // Whoever uses it hears of a break by its statements. Without a listener it would end the process.
    this.on('error', () => undefined);
  }

  // pg declares one signature for each of the many ways to ask; only those that give a promise are timed.
  override query(...question: unknown[]): never {
    const ask = super.query.bind(this) as (...question: unknown[]) => unknown;
    const unwanted = unwantedSignal();
    // What was begun has to be undone all the same.
    if (unwanted?.aborted && question[0] !== 'ROLLBACK')
      return Promise.reject(new WorkUnwanted()) as never;
    const answer = ask(...question);
    if (!types.isPromise(answer)) return answer as never;
    const asked = this.inTime(answer as Promise<pg.QueryResult>, question[0]);
    return (unwanted ? this.whileWanted(unwanted, asked) : asked) as never;
  }

  // Like `query`: with a callback or a promise.
  override end(...callback: unknown[]): never {
    const farewell = setTimeout(() => this.cut('said no goodbye'), FAREWELL_MS);
    this.once('end', () => clearTimeout(farewell));
    const end = super.end.bind(this) as (...callback: unknown[]) => unknown;
    return end(...callback) as never;
  }

  /** Once connected, it does not keep the process alive. */
  unref(): void {
    (this as unknown as Internals).connection.stream.unref();
  }

  /**
   * Cancels a statement that nobody wants any more. It settles behind the request to cancel, so that whoever has the
   * connection next is not hit by it.
   */
  private async whileWanted<T>(unwanted: AbortSignal, asked: Promise<T>): Promise<T> {
    let cancelling: Promise<void> | undefined;
    const cancel = () => {
      cancelling = this.cancelRunning();
    };
    unwanted.addEventListener('abort', cancel, { once: true });
    try {
      return await asked;
    } finally {
      unwanted.removeEventListener('abort', cancel);
      await cancelling;
    }
  }

  private async cancelRunning(): Promise<void> {
    const { host, port, ssl, processID, secretKey, connection } = this as unknown as Internals;
    const { sslNegotiation } = connection;
    const target = { host, port, ssl, sslNegotiation, processID, secretKey };
    try {
      await requestCancel(target, CANCEL_MS);
    } catch {
      this.cut('was not told to cancel');
    }
  }

  private async inTime(answer: Promise<pg.QueryResult>, statement: unknown) {
    if (this.deadlineMs === 0) return answer;
    const { leftMs, end } = waitForDatabase(this.deadlineMs);
    const overdue = setTimeout(() => this.cut('did not answer in time'), leftMs);
    try {
      const result = await answer;
      assertCommitted(statement, result);
      return result;
    } finally {
      clearTimeout(overdue);
      end();
    }
  }

  private cut(why: string): void {
    const error = Object.assign(new Error(`the database ${why}`), { code: 'ETIMEDOUT' });
    (this as unknown as Internals).connection.stream.destroy(error);
  }
}

/** PostgreSQL answers ROLLBACK, and no error, to the COMMIT of a transaction in which something failed. */
function assertCommitted(statement: unknown, { command }: pg.QueryResult): void {
  if (statement === 'COMMIT' && command !== 'COMMIT')
    throw new Error('A transaction was committed of which a statement had failed: it is undone.');
}
