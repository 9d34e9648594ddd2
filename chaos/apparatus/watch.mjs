import { setTimeout as sleep } from 'node:timers/promises';
import { ask, NoAnswer } from './http.mjs';

const EVERY_MS = 100;

/** Asks every 100 ms whether the service is alive; anything but 200 is a violation. */
export class Watch {
  #isOver = false;
  #watching;

  /** @param {import('./service.mjs').Service} service @param {import('./tally.mjs').Tally} tally */
  constructor(service, tally) {
    this.#watching = this.#watch(service, tally);
  }

  async end() {
    this.#isOver = true;
    await this.#watching;
  }

  async #watch(service, tally) {
    for (; !this.#isOver; await sleep(EVERY_MS)) {
      try {
        const { status, ms } = await ask(service.port, { path: '/health/live', timeoutMs: 5_000 });
        tally.time('/health/live', ms);
        if (status !== 200) tally.violate(`/health/live: ${status}`);
      } catch (error) {
        if (!(error instanceof NoAnswer)) throw error;
        tally.violate(`/health/live: ${error.message}`);
      }
    }
  }
}
