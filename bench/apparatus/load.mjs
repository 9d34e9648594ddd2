import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';

/**
 * @typedef {{ concurrency: number, leadInMs: number, measuredMs: number }} Plan
 *   Load keeps running for `leadInMs` before anything counts: a server that idled is slower at first.
 * @typedef {{ perSecond: number, p50Ms: number, p99Ms: number, total: number }} Speed
 *   `total` counts the lead-in too.
 */

/**
 * Does something again and again, `concurrency` times at once, for as long as the plan says.
 *
 * What only partly falls into the measured time counts by that part: few slow operations, which end in
 * bunches, are so measured as exactly as many quick ones.
 *
 * @param {Plan} plan
 * @param {(worker: number) => Promise<void>} once
 * @returns {Promise<Speed>}
 */
export async function drive({ concurrency, leadInMs, measuredMs }, once) {
  const from = performance.now() + leadInMs;
  const until = from + measuredMs;
  /** @type {number[]} */
  const times = [];
  let total = 0;
  let counted = 0;
  const work = async (/** @type {number} */ worker) => {
    for (let begun = performance.now(); begun < until;) {
      await once(worker);
      const done = performance.now();
      total += 1;
      if (done > from) {
        counted += (Math.min(done, until) - Math.max(begun, from)) / (done - begun);
        times.push(done - begun);
      }
      begun = done;
    }
  };
  await Promise.all(Array.from({ length: concurrency }, (_, worker) => work(worker)));
  times.sort((a, b) => a - b);
  return {
    perSecond: (counted * 1000) / measuredMs,
    p50Ms: times[Math.floor(times.length * 0.5)] ?? NaN,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? NaN,
    total,
  };
}

/**
 * @typedef {{ status: number, length: number, head: string, body: Buffer | undefined }} Answer
 *   `head` is the status line and all header fields.
 */

/**
 * One HTTP/1.1 connection that stays open, one request at a time. It knows only what both sides of a
 * comparison send (a Content-Length), and costs a third of node:http's client: the load must not take
 * the core away from what it measures.
 */
export class Connection {
  /** @type {((answer: Answer) => void) | undefined} */
  #resolve;
  /** @type {((error: Error) => void) | undefined} */
  #reject;
  /** @type {Buffer} */
  #head = Buffer.alloc(0);
  /** @type {Buffer[]} */
  #body = [];
  #status = 0;
  #fields = '';
  #length = 0;
  #missing = -1;
  #keepsBody = false;

  /** @param {number} port of 127.0.0.1 */
  constructor(port) {
    this.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    this.socket.on('data', (chunk) => {
      try {
        this.#take(chunk);
      } catch (error) {
        this.#reject?.(/** @type {Error} */ (error));
      }
    });
    this.socket.on('error', (error) => this.#reject?.(error));
    this.socket.on('close', () => this.#reject?.(new Error('The server closed the connection.')));
  }

  /**
   * @param {Buffer} request all of its bytes
   * @param {boolean} [keepsBody]
   * @returns {Promise<Answer>}
   */
  send(request, keepsBody = false) {
    this.#keepsBody = keepsBody;
    return new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
      this.socket.write(request);
    });
  }

  close() {
    this.#reject = undefined;
    this.socket.destroy();
  }

  /** @param {Buffer} chunk */
  #take(chunk) {
    if (this.#missing >= 0) {
      this.#takeBody(chunk);
      return;
    }
    this.#head = this.#head.length === 0 ? chunk : Buffer.concat([this.#head, chunk]);
    const end = this.#head.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#head.toString('latin1', 0, end);
    const rest = this.#head.subarray(end + 4);
    this.#head = Buffer.alloc(0);
    this.#status = Number(head.slice(9, 12));
    // RFC 9112 section 6.3: a 304 has no body, whatever its Content-Length says.
    const length = this.#status === 304 ? 0 : /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
    if (length === undefined) throw new Error(`An answer without Content-Length: ${head}`);
    this.#fields = head;
    this.#length = this.#missing = Number(length);
    this.#takeBody(rest);
  }

  /** @param {Buffer} chunk */
  #takeBody(chunk) {
    this.#missing -= chunk.length;
    if (this.#missing < 0) throw new Error('An answer is longer than its Content-Length.');
    if (this.#keepsBody) this.#body.push(chunk);
    if (this.#missing > 0) return;
    this.#missing = -1;
    const body = this.#keepsBody ? Buffer.concat(this.#body) : undefined;
    this.#body = [];
    this.#resolve?.({ status: this.#status, length: this.#length, head: this.#fields, body });
  }
}

/**
 * The bytes of a request.
 *
 * @param {string} method
 * @param {string} path
 * @param {unknown} [json]
 * @param {Record<string, string>} [headers]
 */
export function requestBytes(method, path, json, headers = {}) {
  const body = json === undefined ? '' : JSON.stringify(json);
  const fields = {
    ...headers,
    ...(body && {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(body),
    }),
  };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(
    `${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\n${lines.join('')}\r\n${body}`,
  );
}

/**
 * A header field of an answer.
 *
 * @param {{ head: string }} answer
 * @param {string} name of letters and hyphens
 */
export function fieldOf({ head }, name) {
  return new RegExp(`\\r\\n${name}: *([^\\r]*)`, 'i').exec(head)?.[1];
}

/**
 * One request on a connection of its own.
 *
 * @param {number} port
 * @param {Buffer} request
 * @returns {Promise<Answer & { body: Buffer }>}
 */
export async function ask(port, request) {
  const connection = new Connection(port);
  try {
    const { body, ...answer } = await connection.send(request, true);
    return { ...answer, body: body ?? Buffer.alloc(0) };
  } finally {
    connection.close();
  }
}

/**
 * @typedef {{ bytes: Buffer, status: number, length?: number }} Exchange
 *   a request and what its answer must be; without a length, any
 */

/**
 * Puts load on a server of 127.0.0.1 and checks every answer's status and length.
 *
 * @param {number} port
 * @param {Plan} plan
 * @param {() => Exchange} next
 */
export async function driveServer(port, plan, next) {
  const connections = Array.from({ length: plan.concurrency }, () => new Connection(port));
  try {
    return await drive(plan, async (worker) => {
      const { bytes, status, length } = next();
      const answer = await /** @type {Connection} */ (connections[worker]).send(bytes);
      if (answer.status === status && (length === undefined || answer.length === length)) return;
      const path = bytes.toString('utf8').split('\r\n', 1)[0];
      throw new Error(
        `${path}: ${answer.status} of ${answer.length} bytes instead of ${status} of ${length ?? 'any'}`,
      );
    });
  } finally {
    for (const connection of connections) connection.close();
  }
}
