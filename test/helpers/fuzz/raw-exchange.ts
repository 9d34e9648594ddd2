import { connect } from 'node:net';

/** Long after every deadline of the service. */
const PATIENCE_MS = 20_000;

/** One answer as it came, or how the connection ended without one. */
export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  body: Buffer;
}
export type Outcome = RawAnswer | 'closed' | 'refused' | 'silent';

/**
 * Writes these very bytes to the service and reads one answer.
 * @param options.ends whether we close our side behind the bytes, as a client that stops half way does
 * @param options.hasNoBody whether the answer has none whatever its header says (HEAD)
 */
export function exchangeBytes(
  base: string,
  bytes: Uint8Array,
  { ends, hasNoBody }: { ends: boolean; hasNoBody: boolean },
): Promise<Outcome> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    const chunks: Buffer[] = [];
    const finish = (outcome: Outcome) => {
      clearTimeout(timer);
      socket.destroy();
      resolve(outcome);
    };
    const timer = setTimeout(() => finish('silent'), PATIENCE_MS);
    socket.on('error', (error: NodeJS.ErrnoException) => {
      finish(error.code === 'ECONNREFUSED' ? 'refused' : 'closed');
    });
    socket.once('close', () =>
      finish(answerIn(Buffer.concat(chunks), true, hasNoBody) ?? 'closed'),
    );
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const answer = answerIn(Buffer.concat(chunks), false, hasNoBody);
      if (answer) finish(answer);
    });
    if (ends) socket.end(bytes);
    else socket.write(bytes);
  });
}

/** The first final answer in what has come, if all of it has. */
function answerIn(bytes: Buffer, isAll: boolean, hasNoBody: boolean): RawAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]);
  const rest = bytes.subarray(end + 4);
  // 100 Continue is no answer yet.
  if (status < 200) return answerIn(rest, isAll, hasNoBody);
  const headers = Object.fromEntries(
    lines.map((line) => [
      line.slice(0, line.indexOf(':')).toLowerCase(),
      line.replace(/^[^:]*: */, ''),
    ]),
  );
  if (hasNoBody || status === 204 || status === 304)
    return { status, headers, body: Buffer.alloc(0) };
  const body = bodyIn(rest, headers, isAll);
  return body && { status, headers, body };
}

function bodyIn(rest: Buffer, headers: Record<string, string>, isAll: boolean): Buffer | undefined {
  if (headers['content-length'] !== undefined) {
    const length = Number(headers['content-length']);
    return rest.length >= length ? rest.subarray(0, length) : undefined;
  }
  if (headers['transfer-encoding'] !== 'chunked') return isAll ? rest : undefined;
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const line = rest.indexOf('\r\n', at);
    if (line < 0) return undefined;
    const size = Number.parseInt(rest.toString('latin1', at, line), 16);
    if (size === 0) return Buffer.concat(pieces);
    if (rest.length < line + 2 + size + 2) return undefined;
    pieces.push(rest.subarray(line + 2, line + 2 + size));
    at = line + 2 + size + 2;
  }
}
