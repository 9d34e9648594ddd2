import { type ClientRequest, type IncomingMessage, request as open } from 'node:http';
import { connect } from 'node:net';
import { text as textOf } from 'node:stream/consumers';
import type { Response } from 'supertest';

/** A request exactly as it goes out: nobody tidies up its path, headers or body. */
export interface RawRequest {
  method?: string;
  path: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** Sends a request on a connection of its own. */
export async function send(base: string, { body, ...head }: RawRequest): Promise<Response> {
  const request = begin(base, head);
  const answer = answerOf(request);
  request.end(body);
  return answer;
}

/**
 * Sends a body piece by piece, as fast as it is taken, and goes on after the answer has come; of a body
 * that is refused half way the rest is still on its way then.
 */
export async function sendStream(
  base: string,
  { body, ...head }: Omit<RawRequest, 'body'> & { body: Iterable<Uint8Array> },
): Promise<Response> {
  const request = begin(base, head);
  const answer = answerOf(request);
  void (async () => {
    for (const chunk of body) {
      if (request.destroyed) return;
      if (!request.write(chunk)) await new Promise((resolve) => request.once('drain', resolve));
    }
    request.end();
  })();
  return answer;
}

/** Sends the beginning of a request, never the rest, and waits for its answer all the same. */
export async function sendBeginning(
  base: string,
  { body, ...head }: RawRequest,
): Promise<Response> {
  const request = begin(base, head);
  const answer = answerOf(request);
  request.flushHeaders();
  if (body !== undefined) request.write(body);
  try {
    return await answer;
  } finally {
    request.destroy();
  }
}

/** Sends the beginning of a request and then cuts the connection. */
export async function sendAndLeave(
  base: string,
  { body = '', ...head }: RawRequest,
): Promise<void> {
  const request = begin(base, head);
  const closed = new Promise<void>((resolve) => request.once('close', resolve));
  request.on('error', () => undefined);
  request.write(body, () => setTimeout(() => request.destroy(), 20));
  await closed;
}

/** Writes these very bytes to the service and reads until it closes the connection. */
export async function exchange(base: string, bytes: string | Uint8Array): Promise<string> {
  const { hostname, port } = new URL(base);
  const socket = connect({ host: hostname, port: Number(port) });
  socket.end(bytes);
  return textOf(socket);
}

function begin(base: string, { method = 'POST', path, headers = {} }: RawRequest): ClientRequest {
  const { hostname, port } = new URL(base);
  return open({ hostname, port, method, path, headers, agent: false });
}

async function answerOf(request: ClientRequest): Promise<Response> {
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    request.once('response', resolve);
    request.on('error', reject);
  });
  const text = await textOf(answer);
  const { statusCode: status, headers } = answer;
  const isJson = (headers['content-type'] ?? '').includes('json');
  return { status, headers, text, body: isJson ? JSON.parse(text) : {} } as unknown as Response;
}
