import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { FileStorage } from '../storage/file-storage.js';
import type { Dependency } from './health.errors.js';

const PATIENCE_MS = 2_000;

/** Asks what the service depends on whether it answers. */
@Injectable()
export class HealthService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly storage: FileStorage,
  ) {}

  /** What does not answer in time. */
  async failing(): Promise<Dependency[]> {
    const checks: [Dependency, Promise<unknown>][] = [
      ['database', this.dataSource.query('SELECT 1')],
      ['storage', this.storage.assertWritable()],
    ];
    const answers = await Promise.all(
      checks.map(async ([dependency, check]) => ((await answersInTime(check)) ? [] : [dependency])),
    );
    return answers.flat();
  }
}

async function answersInTime(check: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), PATIENCE_MS);
  });
  const answer = check.then(
    () => true,
    () => false,
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
