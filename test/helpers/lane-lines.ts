import { setTimeout as sleep } from 'node:timers/promises';
import { type Http, httpTo } from './app.js';
import { startChild } from './child-service.js';
import { untimedLine } from './exact-answers.js';

/**
 * What is logged of the last two of some reads by a service with HOT_LANE=on, and by one with HOT_LANE=off; without
 * what is of one request only.
 */
export function lastLinesOf(
  read: (service: { url: string; http: Http }) => Promise<void>,
): Promise<string[][]> {
  return Promise.all(
    ['on', 'off'].map(async (HOT_LANE) => {
      const service = await startChild({ HOT_LANE, LOG_LEVEL: 'info' });
      try {
        await read({ url: service.url, http: await httpTo(service.url) });
        await sleep(100);
        return service
          .output()
          .split('\n')
          .filter((line) => line.includes('"method":"GET"'))
          .slice(-2)
          .map(untimedLine);
      } finally {
        await service.close();
      }
    }),
  );
}
