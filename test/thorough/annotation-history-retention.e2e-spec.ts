import { describe, expect, it } from '@jest/globals';
import type { Environment } from '../../src/config/environment.js';
import { UpkeepService } from '../../src/images/upkeep/upkeep.service.js';
import { startApp, type TestApp } from '../helpers/app.js';
import {
  anAnnotation,
  anImage,
  annotationFields,
  pathTo,
  type StoredAnnotation,
} from '../helpers/records.js';

const DAY_MS = 86_400_000;

interface Version {
  version: number;
  change: string;
}

async function historyOf(annotation: StoredAnnotation, { http }: TestApp): Promise<Version[]> {
  return (await http.get(pathTo(annotation, 'history')).expect(200)).body as Version[];
}

describe('HISTORY_RETENTION_DAYS', () => {
  async function withRetention(
    settings: Partial<Environment>,
    use: (service: TestApp) => Promise<void>,
  ): Promise<void> {
    const app = await startApp({ upkeepIntervalS: 0, ...settings });
    try {
      await use(app);
    } finally {
      await app.close();
    }
  }

  /** Makes everything that has happened so far happen so many days earlier. */
  async function letPass(days: number, app: TestApp): Promise<void> {
    await app.dataSource.query(
      `UPDATE annotation_versions SET at = at - $1 * interval '1 day', created_at = created_at - $1 * interval '1 day'`,
      [days],
    );
  }

  /** An annotation made 40 days ago, replaced 20 days ago and today. */
  async function anOldAnnotation(app: TestApp): Promise<StoredAnnotation> {
    const annotation = await anAnnotation(app.http);
    for (const instrument of ['second', 'third']) {
      await letPass(20, app);
      await app.http.put(pathTo(annotation)).send(annotationFields({ instrument })).expect(200);
    }
    return annotation;
  }

  it.each([
    [0, [3, 2, 1]],
    [30, [3, 2, 1]],
    [10, [3, 2]],
  ])('of %d keeps what was superseded since', async (historyRetentionDays, kept) => {
    await withRetention({ historyRetentionDays }, async (app) => {
      const annotation = await anOldAnnotation(app);

      await app.app.get(UpkeepService).round();

      const versions = await historyOf(annotation, app);
      expect(versions.map(({ version }) => version)).toEqual(kept);
    });
  });

  it('leaves the set exact for every moment since, and the newest version for ever', async () => {
    await withRetention({ historyRetentionDays: 10 }, async (app) => {
      const annotation = await anOldAnnotation(app);
      const untouched = await anAnnotation(app.http);
      const deleted = await anAnnotation(app.http);
      await app.http.delete(pathTo(deleted)).expect(204);
      const labelAt = async (daysAgo: number) => {
        const time = new Date(Date.now() - daysAgo * DAY_MS).toISOString();
        const path = pathTo({ image_key: annotation.image_key }, 'annotations');
        const { body } = await app.http.get(path).query({ as_of: time }).expect(200);
        return (body as StoredAnnotation[]).map(({ instrument }) => instrument);
      };
      await app.app.get(UpkeepService).round();

      expect(await labelAt(9)).toEqual(['second']);
      expect(await labelAt(0)).toEqual(['third']);
      await letPass(100, app);
      await app.app.get(UpkeepService).round();
      expect((await historyOf(untouched, app)).length).toBe(1);
      const rest = await historyOf(deleted, app);
      expect(rest.map(({ change }) => change)).toEqual(['deleted']);
      await app.http.post(pathTo(deleted, 'restore')).expect(200);
    });
  });

  it('removes more than one batch of them', async () => {
    await withRetention({ historyRetentionDays: 1 }, async (app) => {
      const image = await anImage(app.http);
      const path = pathTo(image, 'annotations');
      for (const instrument of ['a', 'b', 'c']) {
        const annotations = Array.from({ length: 700 }, (_, index) => ({
          ...{ index, instrument },
          polygon: null,
        }));
        await app.http.put(path).send({ annotations }).expect(200);
      }
      await letPass(2, app);

      await app.app.get(UpkeepService).round();

      const rows = await app.dataSource.query(
        'SELECT version, count(*)::int FROM annotation_versions GROUP BY version',
      );
      expect(rows).toEqual([{ version: 3, count: 700 }]);
    });
  });
});
