import { request as open } from 'node:http';

/**
 * @typedef {object} Question
 * @property {string} [method]
 * @property {string} path
 * @property {Record<string, string | number>} [headers]
 * @property {Buffer} [body]
 * @property {number} [timeoutMs]
 * @property {boolean} [isJson] sends and takes JSON
 */
/** @typedef {{ status: number, headers: import('node:http').IncomingHttpHeaders, body: Buffer, ms: number }} Answer */

/** Nobody answered, or only half: whether anything was done is not known. */
export class NoAnswer extends Error {
  /** @param {string} why a code of Node.js, or `timeout` */
  constructor(why) {
    super(`There was no answer: ${why}.`);
    this.why = why;
  }
}

/**
 * One request on a connection of its own, so that none is lost to a connection that was being closed.
 *
 * @param {number} port of 127.0.0.1
 * @param {Question} question
 * @returns {Promise<Answer>}
 * @throws NoAnswer
 */
export function ask(port, { method = 'GET', path, headers = {}, body, timeoutMs = 30_000 }) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ why) => {
      clearTimeout(timer);
      sent.destroy();
      reject(new NoAnswer(why));
    };
    const length = body ? { 'content-length': body.length } : {};
    const sent = open({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...length, ...headers },
      agent: false,
    });
    const timer = setTimeout(() => fail('timeout'), timeoutMs);
    sent.on('error', (error) => fail(/** @type {NodeJS.ErrnoException} */ (error).code ?? 'error'));
    sent.once('response', (answer) => {
      /** @type {Buffer[]} */
      const chunks = [];
      answer.on('data', (chunk) => chunks.push(chunk));
      answer.on('error', () => fail('half an answer'));
      answer.once('end', () => {
        clearTimeout(timer);
        const { statusCode: status = 0, headers: answered } = answer;
        const ms = performance.now() - begun;
        resolve({ status, headers: answered, body: Buffer.concat(chunks), ms });
      });
      answer.once('close', () => answer.complete || fail('half an answer'));
    });
    sent.end(body);
  });
}

/** @param {Answer} answer */
export function jsonOf({ body }) {
  return JSON.parse(body.toString('utf8'));
}

/** The code of a problem, such as `storage-full`; empty if the body is none. @param {Answer} answer */
export function codeOf(answer) {
  if (!String(answer.headers['content-type']).startsWith('application/problem+json')) return '';
  return String(jsonOf(answer).type).replace('/problems/', '');
}

/** @param {string} method @param {string} path @param {unknown} [json] @returns {Question} */
export function jsonQuestion(method, path, json) {
  if (json === undefined) return { method, path };
  const headers = { 'content-type': 'application/json' };
  return { method, path, headers, body: Buffer.from(JSON.stringify(json)) };
}

const BOUNDARY = 'loupe-chaos-boundary';

/** A form of record and photograph. @param {unknown} metadata @param {Buffer} file @returns {Question} */
export function formQuestion(metadata, file) {
  const head =
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="metadata"\r\n` +
    `Content-Type: application/json\r\n\r\n${JSON.stringify(metadata)}\r\n` +
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="picture"\r\n` +
    'Content-Type: application/octet-stream\r\n\r\n';
  const headers = { 'content-type': `multipart/form-data; boundary=${BOUNDARY}` };
  const body = Buffer.concat([Buffer.from(head), file, Buffer.from(`\r\n--${BOUNDARY}--\r\n`)]);
  return { method: 'POST', path: '/images', headers, body };
}
