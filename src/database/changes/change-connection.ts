import { randomUUID } from 'node:crypto';
import type pg from 'pg';
import { DeadlineClient } from '../deadline/deadline-client.js';

const CONNECT_TIMEOUT_MS = 2_000;
const DEADLINE_MS = 2_000;

/** How a server that loses its client in silence notices; an operator's idle timeout does not apply. */
const SERVER_OPTIONS =
  '-c idle_session_timeout=0 -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3';

/** What hears of a connection. */
export interface Ear {
  hear(channel: string, payload: string): void;
  /** Either of the two connections is gone. */
  lose(): void;
}

type Client = pg.Client & Pick<DeadlineClient, 'unref'>;

interface Beat {
  payload: string;
  comeBack(): void;
  fail(reason: string): void;
}

/**
 * Listens on channels of PostgreSQL, on a connection that sends nothing after LISTEN. What it sends, it sends
 * on a second one: behind a pooler that lends connections for a transaction each, a beat would else come back
 * with the answer to its own statement, while what others send in between gets lost.
 */
export class ChangeConnection {
  private readonly beats = `loupe_beat_${randomUUID().replaceAll('-', '')}`;
  private readonly listener: Client;
  private readonly sender: Client;
  private sent = 0;
  private underWay: Beat | undefined;

  private constructor(url: string, ear: Ear) {
    this.listener = clientOf(url, SERVER_OPTIONS);
    this.sender = clientOf(url);
    for (const client of [this.listener, this.sender])
      client.once('end', () => {
        ear.lose();
        this.underWay?.fail('the connection was lost');
      });
    this.listener.on('notification', ({ channel, payload = '' }) => {
      if (channel !== this.beats) ear.hear(channel, payload);
      else if (payload === this.underWay?.payload) this.underWay.comeBack();
    });
  }

  /** @param channels names that need no quotes */
  static async open(url: string, channels: readonly string[], ear: Ear): Promise<ChangeConnection> {
    const connection = new ChangeConnection(url, ear);
    try {
      await connection.listen(channels);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /**
   * Sends a beat, after the last one has come back.
   * @param comeBack called when it comes back: everything that was committed before has been heard then
   * @throws Error when it does not come back in time, or a connection is lost
   */
  async beat(comeBack: () => void): Promise<void> {
    const payload = String((this.sent += 1));
    const arrived = new Promise<void>((resolve, reject) => {
      const fail = (reason: string) => reject(new Error(reason));
      this.underWay = {
        payload,
        comeBack: () => {
          comeBack();
          resolve();
        },
        fail,
      };
    });
    const overdue = setTimeout(
      () => this.underWay?.fail('its notifications do not arrive'),
      DEADLINE_MS,
    ).unref();
    try {
      await Promise.all([arrived, this.send(payload)]);
    } finally {
      clearTimeout(overdue);
      this.underWay = undefined;
    }
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.listener.end(), this.sender.end()]);
  }

  private async listen(channels: readonly string[]): Promise<void> {
    const clients = [this.listener, this.sender];
    await Promise.all(clients.map((client) => client.connect()));
    for (const client of clients) client.unref();
    const names = [...channels, this.beats];
    await this.listener.query(names.map((name) => `LISTEN ${name}`).join('; '));
  }

  private send(payload: string): Promise<unknown> {
    // There is nothing in it that a crash could lose, so that nobody waits for a disk. The setting ends with
    // the transaction: a pooler may lend the connection to others.
    return this.sender.query(
      `SELECT set_config('synchronous_commit', 'off', true), pg_notify($1, $2)`,
      [this.beats, payload],
    );
  }
}

function clientOf(url: string, options?: string): Client {
  return new DeadlineClient({
    connectionString: url,
    application_name: 'loupe-changes',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
    deadlineMs: DEADLINE_MS,
    ...(options === undefined ? {} : { options }),
  });
}
