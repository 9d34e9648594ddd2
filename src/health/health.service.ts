import { Injectable } from '@nestjs/common';
import { DatabaseProbe } from '../database/database-probe.js';
import { Drain } from '../http/drain.js';
import { FileStorage } from '../storage/file-storage.js';
import type { Hindrance } from './health.errors.js';

const PATIENCE_MS = 2_000;

/** Asks what the service depends on whether it answers. */
@Injectable()
export class HealthService {
  private readonly database = new Question(() => this.databaseHindrance(), 'database');
  private readonly files = new Question(() => this.storageHindrance(), 'storage');

  constructor(
    private readonly probe: DatabaseProbe,
    private readonly storage: FileStorage,
    private readonly drain: Drain,
  ) {}

  /** What keeps requests from being served: it does not answer in time, or says no. */
  async failing(): Promise<Hindrance[]> {
    // Nobody should have to wait to hear this.
    if (this.drain.isAnnounced) return ['service'];
    const answers = await Promise.all([this.database.ask(), this.files.ask()]);
    return answers.filter((hindrance) => hindrance !== undefined);
  }

  private async databaseHindrance(): Promise<Hindrance | undefined> {
    const condition = await this.probe.condition();
    if (condition === 'usable') return undefined;
    return condition === 'silent' ? 'database' : 'schema';
  }

  private storageHindrance(): Promise<Hindrance | undefined> {
    return this.storage.assertAnswers().then(
      () => undefined,
      () => 'storage' as const,
    );
  }
}

/** One question at a time: whoever asks meanwhile waits for the same answer, so that nothing piles up. */
class Question {
  private asked: Promise<Hindrance | undefined> | undefined;

  constructor(
    private readonly find: () => Promise<Hindrance | undefined>,
    private readonly silence: Hindrance,
  ) {}

  async ask(): Promise<Hindrance | undefined> {
    this.asked ??= this.find().finally(() => (this.asked = undefined));
    let timer: NodeJS.Timeout | undefined;
    const silence = new Promise<Hindrance>((resolve) => {
      timer = setTimeout(() => resolve(this.silence), PATIENCE_MS);
    });
    try {
      return await Promise.race([this.asked, silence]);
    } finally {
      clearTimeout(timer);
    }
  }
}
