import type { IncomingMessage } from 'node:http';

/** What makes an answer depend on more than the address, the entity tag that the client has, and its address. */
const UNUSUAL = [
  'authorization',
  'content-digest',
  'content-length',
  'expect',
  'if-match',
  'if-modified-since',
  'if-range',
  'if-unmodified-since',
  'origin',
  'range',
  'transfer-encoding',
  'upgrade',
  'x-api-key',
] as const;

/** Whether a request reads something in the most ordinary manner: what is not, only the router understands. */
export function isPlain({ method, headers }: IncomingMessage): boolean {
  if (method !== 'GET' && method !== 'HEAD') return false;
  for (const name of UNUSUAL) if (headers[name] !== undefined) return false;
  return true;
}
