import { connect } from 'node:net';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Connection, requestBytes } from './load.mjs';

/** @typedef {import('./bombs.mjs').Bomb} Bomb */
/** @typedef {{ status: number, ms: number }} Reply `ms` from the last byte that was sent */

const HOLD_MS = 50;

/**
 * Puts a file on an image, on a connection of its own; all but the last byte first, so that the time of the
 * answer is the service's and not that of the way.
 *
 * @param {number} port
 * @param {string} key of the image
 * @param {Buffer} bytes
 * @returns {Promise<Reply>}
 */
export async function putBomb(port, key, bytes) {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true });
  const answer = new Promise((resolve, reject) => {
    socket.once('data', resolve);
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('The service closed the connection.')));
  });
  answer.catch(() => undefined);
  socket.write(
    `PUT /images/${key}/file HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n` +
      `Content-Length: ${bytes.length}\r\n\r\n`,
  );
  await new Promise((resolve) => socket.write(bytes.subarray(0, -1), resolve));
  await sleep(HOLD_MS);
  const sent = performance.now();
  socket.write(bytes.subarray(-1));
  try {
    const head = String(await answer);
    return { status: Number(head.slice(9, 12)), ms: performance.now() - sent };
  } finally {
    socket.destroy();
  }
}

/**
 * Sends bombs at a fixed rate, however slowly they are answered, and waits for the last answers.
 *
 * @param {number} port
 * @param {{ perSecond: number, seconds: number }} plan
 * @param {(number: number) => { key: string, bomb: Bomb }} next
 * @returns {Promise<Map<string, number>>} how often each kind was answered with which status
 */
export async function attack(port, { perSecond, seconds }, next) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  const begun = performance.now();
  const sent = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    await sleep(Math.max(0, begun + (number * 1000) / perSecond - performance.now()));
    const { key, bomb } = next(number);
    sent.push(
      putBomb(port, key, bomb.bytes).then(({ status }) => {
        if (!bomb.statuses.includes(status))
          throw new Error(`${bomb.name} was answered ${status} instead of ${bomb.statuses}.`);
        const line = `${bomb.name}: ${status}`;
        counts.set(line, (counts.get(line) ?? 0) + 1);
      }),
    );
    // Whoever fails is told in the end.
    sent.at(-1)?.catch(() => undefined);
  }
  await Promise.all(sent);
  return counts;
}

/**
 * Asks for something at a fixed rate on a connection that stays open, as clients and load balancers do. Whoever
 * has to wait for the answer before counts that wait too.
 *
 * @param {number} port
 * @param {string} path
 * @param {{ perSecond: number, seconds: number }} plan
 * @returns {Promise<number[]>} milliseconds of each answer; all must be 200
 */
export async function probe(port, path, { perSecond, seconds }) {
  const request = requestBytes('GET', path);
  const connection = new Connection(port);
  const begun = performance.now();
  const times = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    const due = begun + (number * 1000) / perSecond;
    await sleep(Math.max(0, due - performance.now()));
    const { status } = await connection.send(request);
    if (status !== 200) throw new Error(`GET ${path} was answered ${status}.`);
    times.push(performance.now() - due);
  }
  connection.close();
  return times;
}

/**
 * The same, each time on a new connection: libuv takes one of them from the queue each time it has gone
 * round all that is to be done.
 *
 * @param {number} port
 * @param {string} path
 * @param {{ perSecond: number, seconds: number }} plan
 * @returns {Promise<number[]>} milliseconds of each answer; all must be 200
 */
export async function probeAnew(port, path, { perSecond, seconds }) {
  const request = requestBytes('GET', path);
  const begun = performance.now();
  const asked = [];
  for (let number = 0; number < perSecond * seconds; number += 1) {
    await sleep(Math.max(0, begun + (number * 1000) / perSecond - performance.now()));
    asked.push(askOnce(port, path, request));
    asked.at(-1)?.catch(() => undefined);
  }
  return Promise.all(asked);
}

/** @param {number} port @param {string} path @param {Buffer} request @returns {Promise<number>} */
function askOnce(port, path, request) {
  return new Promise((resolve, reject) => {
    const begun = performance.now();
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    socket.once('data', (head) => {
      socket.destroy();
      const status = head.toString('latin1', 9, 12);
      if (status === '200') resolve(performance.now() - begun);
      else reject(new Error(`GET ${path} was answered ${status}.`));
    });
    socket.write(request);
  });
}
