import { setTimeout as sleep } from 'node:timers/promises';
import type { NestExpressApplication } from '@nestjs/platform-express';
import { Drain } from '../http/drain.js';

const DRAIN_MS = 15_000;
const FAREWELL_MS = 1_000;
const LOOK_FOR_IDLE_MS = 100;
/** A second signal counts as another request to stop only then: npm and a terminal both pass on one Ctrl-C. */
const SAME_SIGNAL_MS = 1_000;

/** After a stop that takes so long the process ends, whatever is still running. */
export const EXIT_MS = 20_000;
/** Some requests were broken off. */
export const EXIT_CUT_OFF = 3;

/** Calls `stop` at the first SIGTERM or SIGINT, and ends the process at once when somebody insists. */
export function onStopSignal(stop: () => Promise<void>): void {
  let firstAt: number | undefined;
  const onSignal = () => {
    if (firstAt === undefined) {
      firstAt = Date.now();
      void stop();
    } else if (Date.now() - firstAt > SAME_SIGNAL_MS) process.exit(EXIT_CUT_OFF);
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

/**
 * Takes no more work and closes the listener when the requests in flight are answered.
 * @param noticeMs how long requests are still taken, while readiness says already that the end is near
 * @returns false if some took too long and were cut off
 */
export async function drain(app: NestExpressApplication, noticeMs: number): Promise<boolean> {
  const server = app.getHttpServer();
  const requests = app.get(Drain);
  requests.announce();
  await sleep(noticeMs);
  const allAnswered = await Promise.race([
    requests.refuse().then(() => true),
    sleep(DRAIN_MS - noticeMs).then(() => false),
  ]);
  // A client that keeps its connection alive would otherwise keep the process alive too. What is busy
  // now are answers to requests that were refused, and those that took too long.
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), LOOK_FOR_IDLE_MS);
  await Promise.race([closed, allAnswered ? sleep(FAREWELL_MS) : undefined]);
  clearInterval(idle);
  server.closeAllConnections();
  return allAnswered;
}
