/**
 * A query whose rows PostgreSQL sends as lines (`COPY … TO STDOUT`), counted and thrown away: the most that can be
 * had of it. node-postgres gives whatever has these methods the messages of its query.
 */
export class Copying {
  lines = 0;
  bytes = 0;
  /** @type {Promise<void>} */
  done;
  /** @type {() => void} */
  #resolve = () => {};
  /** @type {(error: Error) => void} */
  #reject = () => {};

  /** @param {string} sql `COPY … TO STDOUT` */
  constructor(sql) {
    this.sql = sql;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** @param {{ query: (sql: string) => void }} connection */
  submit(connection) {
    connection.query(this.sql);
  }

  /** @param {{ chunk: Buffer }} message one line */
  handleCopyData({ chunk }) {
    this.lines += 1;
    this.bytes += chunk.length;
  }

  handleRowDescription() {}
  handleDataRow() {}
  handleCommandComplete() {}

  handleReadyForQuery() {
    this.#resolve();
  }

  /** @param {Error} error */
  handleError(error) {
    this.#reject(error);
  }
}
