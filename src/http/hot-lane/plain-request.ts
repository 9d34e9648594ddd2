import type { IncomingMessage } from 'node:http';

/** What makes an answer depend on more than the address, the entity tag that the client has, and who it is. */
const UNUSUAL = [
  'content-digest',
  'content-length',
  'expect',
  'if-match',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'range',
  'transfer-encoding',
  'upgrade',
] as const;
/** What says who it is, or on whose page. */
const OF_ITS_SENDER = ['authorization', 'origin', 'x-api-key'] as const;

/** Whether a request reads something in the most ordinary manner: what is not, only the router understands. */
export function isOrdinary({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  for (const name of UNUSUAL) if (headers[name] !== undefined) return false;
  return true;
}

/** Whether an ordinary request says nothing of its sender beyond the address that it comes from. */
export function isPlain(request: IncomingMessage): boolean {
  for (const name of OF_ITS_SENDER) if (request.headers[name] !== undefined) return false;
  return isOrdinary(request);
}
