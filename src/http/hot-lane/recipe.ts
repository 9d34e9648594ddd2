import type { ServerResponse } from 'node:http';

/** What every answer has of its own, or Node.js adds by itself. */
const OF_ONE_REQUEST =
  /^(?:connection|date|keep-alive|ratelimit(?:-.+)?|server-timing|transfer-encoding|x-request-id)$/i;
/** What the answer depends on, of which the hot lane takes account. */
const UNDERSTOOD = new Set(['', 'accept', 'origin']);

/**
 * The headers of an answer that was given, names and values by turns, to give it again.
 * @param omitted names of further ones that are not part of it
 * @returns undefined if it was for one client only, or depends on something else than it seems
 */
export function recipeOf(response: ServerResponse, omitted?: RegExp): string[] | undefined {
  if (response.hasHeader('set-cookie')) return undefined;
  if (!namesIn(response).every((name) => UNDERSTOOD.has(name))) return undefined;
  return rawNamesIn(response)
    .filter((name) => !OF_ONE_REQUEST.test(name) && !omitted?.test(name))
    .flatMap((name) => [name, String(response.getHeader(name))]);
}

// Every message that goes out has it; the types know it of requests only.
function rawNamesIn(response: ServerResponse): string[] {
  return (response as ServerResponse & { getRawHeaderNames(): string[] }).getRawHeaderNames();
}

/** Whether the answer depends on what the client says it takes. */
export function variesByAccept(response: ServerResponse): boolean {
  return namesIn(response).includes('accept');
}

function namesIn(response: ServerResponse): string[] {
  const vary = String(response.getHeader('vary') ?? '');
  return vary.split(',').map((name) => name.trim().toLowerCase());
}
