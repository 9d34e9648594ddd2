import type { IncomingMessage } from 'node:http';

/**
 * Name of who sends a request, if the guard has let it in and asked: all that this layer knows of callers.
 */
export function callerNameOf(request: IncomingMessage): string | null {
  const { caller } = request as IncomingMessage & { caller?: { name: string | null } };
  return caller?.name ?? null;
}
