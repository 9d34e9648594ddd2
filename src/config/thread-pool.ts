import { readdirSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import type { Environment } from './environment.js';

/** Threads for files beside those of the decodes. */
const FOR_FILES = 4;
/** What libuv takes when it is told nothing. */
const USUAL_THREADS = 4;

/**
 * What is wrong with the number of threads that this process was started with; nothing if they suffice. It
 * cannot be changed any more: libuv reads it before the first line of a script.
 */
export function threadPoolFault(
  { decodes }: Environment,
  source: Readonly<Record<string, string | undefined>> = process.env,
): string | undefined {
  const threads = Number(source.UV_THREADPOOL_SIZE ?? USUAL_THREADS);
  const wanted = decodes + FOR_FILES;
  if (threads >= wanted) return undefined;
  return `UV_THREADPOOL_SIZE is ${threads}: files will wait for pictures. Set it to DECODES + ${FOR_FILES} = ${wanted}.`;
}

/**
 * Lets the thread that answers requests go before those that decode pictures, wherever all cores are busy: with
 * every decode place taken, health checks would otherwise wait for their turn among them. Decoders' own threads
 * take this over from those that start them. Linux only, where a thread has a priority of its own; elsewhere,
 * and where the system does not let us, everything stays as it was.
 * @returns how many threads stand back now
 */
export function letRequestsGoFirst(): number {
  try {
    const others = readdirSync('/proc/self/task').filter((id) => Number(id) !== process.pid);
    for (const id of others) setPriority(Number(id), constants.priority.PRIORITY_BELOW_NORMAL);
    return others.length;
  } catch {
    return 0;
  }
}
