import pg from 'pg';

/** What pg's connections can, which their types keep quiet about. */
interface Connection {
  connect(port: number, host: string): void;
  connect(path: string): void;
  requestSsl(): void;
  cancel(processId: number, secretKey: number): void;
  once(event: 'connect' | 'sslconnect' | 'end', listener: () => void): void;
  on(event: 'error', listener: (error: Error) => void): void;
  stream: { destroy: (error: Error) => void };
}

/** Whose statement is to be cancelled. */
export interface CancelTarget {
  host: string;
  port: number;
  ssl: unknown;
  sslNegotiation: string | undefined;
  processID: number;
  secretKey: number;
}

/**
 * Asks PostgreSQL to cancel what a connection is doing, by a connection that is for nothing else (the protocol's
 * CancelRequest, which passes through poolers too; `pg_cancel_backend` would need a free connection, and the id of a
 * process that a pooler does not tell).
 *
 * When it settles the server has closed that connection, which it does behind sending the signal: whatever the other
 * connection asks from then on is not what is cancelled.
 * @throws when nobody knows whether the signal may come yet
 */
export function requestCancel(target: CancelTarget, timeoutMs: number): Promise<void> {
  const { host, port, ssl, sslNegotiation, processID, secretKey } = target;
  const Opened = pg.Connection as unknown as new (config: object) => Connection;
  const connection = new Opened({ ssl, sslNegotiation });
  return new Promise<void>((resolve, reject) => {
    let isSent = false;
    let failure: Error | undefined;
    const overdue = setTimeout(
      () => connection.stream.destroy(new Error('the server took no request to cancel in time')),
      timeoutMs,
    );
    const send = () => {
      connection.cancel(processID, secretKey);
      isSent = true;
    };
    connection.on('error', (error) => {
      failure ??= error;
    });
    if (!ssl) connection.once('connect', send);
    else connection.once('sslconnect', send);
    if (ssl && sslNegotiation !== 'direct')
      connection.once('connect', () => connection.requestSsl());
    connection.once('end', () => {
      clearTimeout(overdue);
      if (isSent && !failure) resolve();
      else reject(failure ?? new Error('the server took no request to cancel'));
    });
    if (host.startsWith('/')) connection.connect(`${host}/.s.PGSQL.${port}`);
    else connection.connect(port, host);
  });
}
