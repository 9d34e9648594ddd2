import { Logger as NestLogger } from '@nestjs/common';
import type { Logger } from 'pino';
import { countFor } from '../access/rate-counters.js';
import type { Environment } from '../config/environment.js';
import { threadPoolFault } from '../config/thread-pool.js';
import type { EmbeddedPostgres } from '../database/embedded-postgres.js';
import { keepSchema } from '../database/schema-keeper.js';
import { createLogger, NestLog } from '../http/logging.js';
import { admitDecodes } from '../images/shared-gates.js';
import { Metrics } from '../metrics/metrics.js';
import { offerMetrics } from '../metrics/metrics-server.js';
import { WorkersMetrics } from '../metrics/workers-metrics.js';
import { SCHEMA } from '../schema.js';
import { Crew } from '../workers/crew.js';
import { Desk } from '../workers/desk.js';
import { allConnectionsOf, shareOf, workersOf } from '../workers/share-of-settings.js';
import { TURNS, Turns } from '../workers/turns.js';
import { announce, startPostgres } from './announcement.js';
import { FAULT, LISTENING, SHARE } from './beginning.js';
import { sentenceFor } from './operators-fault.js';
import { EXIT_CUT_OFF, EXIT_MS, onStopSignal } from './stopping.js';

/** Before the workers give up by themselves, the primary does not. */
const GRACE_MS = 1_000;

/**
 * The service as several processes: this one has the database and all that workers share, and they answer the
 * requests, until a signal ends this one.
 */
export async function runPrimary(environment: Environment): Promise<void> {
  const logger = createLogger(environment);
  NestLogger.overrideLogger(new NestLog(logger));
  const connections = allConnectionsOf(environment);
  const postgres = environment.databaseUrl
    ? undefined
    : await startPostgres(environment, logger, connections);
  if (postgres) environment.databaseUrl = postgres.url;
  await new Primary(environment, logger, postgres).run();
}

class Primary {
  private readonly desk = new Desk();
  private readonly crew: Crew;
  /** Places of workers that listen. */
  private readonly listening = new Set<number>();
  private boundPort: number | undefined;
  private ending: Promise<void> | undefined;

  constructor(
    private readonly environment: Environment,
    private readonly logger: Logger,
    private readonly postgres: EmbeddedPostgres | undefined,
  ) {
    const { desk } = this;
    this.crew = new Crew({
      desk,
      logger,
      size: workersOf(environment),
      emptied: () => this.keepPort(),
      despair: (sentence) => void this.end(sentence),
    });
  }

  async run(): Promise<void> {
    const { desk, environment } = this;
    countFor(desk, environment);
    admitDecodes(desk, environment);
    const turns = new Turns();
    desk.lends(TURNS, (name, over) => turns.take(name, over));
    const keeper = keepSchema(desk, {
      url: environment.databaseUrl ?? '',
      schema: SCHEMA,
      synchronize: environment.nodeEnv === 'development',
    });
    keeper.connected.catch((error: unknown) => this.end(sentenceFor(error as Error)));
    const metrics = new WorkersMetrics(new Metrics(environment.metricsPort !== undefined), desk);
    const metricsUrl = await offerMetrics(environment, () => metrics.text());
    const listening = this.untilAllListen();
    onStopSignal(() => this.end());
    this.crew.start();
    const isDatabaseThere = await keeper.firstAttempt;
    const fault = threadPoolFault(environment);
    if (fault) this.logger.warn(fault);
    const { postgres } = this;
    const url = await listening;
    const workers = workersOf(environment);
    announce(environment, { url, postgres, isDatabaseThere, metricsUrl, workers });
  }

  private untilAllListen(): Promise<string> {
    const { desk, environment } = this;
    desk.answers(SHARE, (_nothing, { number }) => ({
      number,
      environment: shareOf(environment, number),
    }));
    desk.answers(FAULT, (sentence) => {
      void this.end(sentence);
      return null;
    });
    return new Promise((resolve) => {
      desk.answers(LISTENING, (url, { number }) => {
        this.boundPort = Number(new URL(url).port);
        this.listening.add(number);
        if (this.listening.size === workersOf(environment)) resolve(url);
        return null;
      });
    });
  }

  /**
   * With PORT=0 workers share what the first of them was given, as long as one of them lives: only after that it is
   * to be asked for by its number.
   */
  private keepPort(): void {
    if (this.environment.port === 0) this.environment.port = this.boundPort ?? 0;
  }

  /** Ends everything, the database last. @param fault what the operator is told, if it is no wish of theirs */
  private end(fault?: string): Promise<void> {
    this.ending ??= this.endOnce(fault);
    return this.ending;
  }

  private async endOnce(fault?: string): Promise<void> {
    if (fault !== undefined) process.stderr.write(`${fault}\n`);
    const code = fault === undefined ? EXIT_CUT_OFF : 1;
    // Workers end by themselves when this process is gone.
    setTimeout(() => process.exit(code), EXIT_MS).unref();
    setTimeout(() => this.crew.kill(), EXIT_MS - GRACE_MS).unref();
    const allAnswered = await this.crew.stop();
    await this.postgres?.stop();
    process.exit(fault === undefined && allAnswered ? 0 : code);
  }
}
