import type { Request } from 'express';

/** Fires when the answer is sent, or can be sent to nobody any more. */
export function clientLeft(request: Request): AbortSignal {
  const left = new AbortController();
  request.res?.once('close', () => left.abort());
  if (request.socket.destroyed) left.abort();
  return left.signal;
}
