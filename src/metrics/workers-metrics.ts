import { setTimeout as sleep } from 'node:timers/promises';
import { AggregatorRegistry, type MetricObjectWithValues, type MetricValue } from 'prom-client';
import type { Desk } from '../workers/desk.js';
import type { PrimaryLine } from '../workers/primary-line.js';
import type { Topic } from '../workers/topic.js';
import type { Metrics } from './metrics.js';

type Measured = MetricObjectWithValues<MetricValue<string>>[];

/** What a worker has measured, if it was just asked; it is answered when it is to measure again. */
const SCRAPES: Topic<Measured | null, null> = { name: 'scrapes' };
/** Prometheus waits ten seconds by default. A worker that takes longer is at work, and its numbers come next time. */
const PATIENCE_MS = 2_000;
/** The process that has the workers, among them. */
const PRIMARY = 'primary';

/** A worker's part: measures whenever the primary is asked, until the process ends. */
export async function answerScrapes(metrics: Metrics, line: PrimaryLine): Promise<never> {
  let measured: Measured | null = null;
  for (;;) {
    await line.ask(SCRAPES, measured);
    measured = await measuredBy(metrics);
  }
}

/**
 * The primary's part: what all workers have measured, each with its place as the label `worker`. They are not added
 * up, because a sum of counters falls when a worker is replaced, which Prometheus would take for its new beginning.
 */
export class WorkersMetrics {
  /** Workers that wait to be asked. */
  private readonly idle = new Map<number, () => void>();
  private answers = new Map<number, Measured>();
  private answered: () => void = () => undefined;
  private collecting: Promise<string> | undefined;

  /** @param metrics of the primary itself */
  constructor(
    private readonly metrics: Metrics,
    desk: Desk,
  ) {
    metrics.gauge({
      name: 'loupe_workers',
      help: 'Processes whose numbers are among these; WORKERS of them when all are well.',
      read: () => this.answers.size,
    });
    desk.answers(SCRAPES, (measured, { number }) => {
      if (measured) this.take(number, measured);
      return new Promise<null>((resolve) => this.idle.set(number, () => resolve(null)));
    });
  }

  /** In the text format of Prometheus; whoever asks meanwhile is given the same. */
  text(): Promise<string> {
    this.collecting ??= this.collect().finally(() => (this.collecting = undefined));
    return this.collecting;
  }

  private async collect(): Promise<string> {
    this.answers = new Map();
    const asked = new Map(this.idle);
    this.idle.clear();
    const patience = new AbortController();
    const all = new Promise<void>((resolve) => {
      this.answered = () => {
        // Others are answers that came too late for the question before.
        if ([...asked.keys()].every((number) => this.answers.has(number))) resolve();
      };
    });
    for (const measure of asked.values()) measure();
    this.answered();
    const { signal } = patience;
    await Promise.race([all, sleep(PATIENCE_MS, undefined, { signal }).catch(() => undefined)]);
    patience.abort();
    const workers = [...this.answers].map(([number, measured]) => labelled(measured, `${number}`));
    const own = labelled(await measuredBy(this.metrics), PRIMARY);
    return AggregatorRegistry.aggregate([own, ...workers]).metrics();
  }

  private take(number: number, measured: Measured): void {
    this.answers.set(number, measured);
    this.answered();
  }
}

/** What there is no number of (the mean of nothing) is left out: JSON has no word for it. */
async function measuredBy({ registry }: Metrics): Promise<Measured> {
  const measured: Measured = await registry.getMetricsAsJSON();
  return measured.map((metric) => ({
    ...metric,
    values: metric.values.filter(({ value }) => !Number.isNaN(value)),
  }));
}

/** Nothing has the same labels any more, so that "adding up" leaves each number as it is. */
function labelled(measured: Measured, worker: string): Measured {
  return measured.map((metric) => ({
    ...metric,
    aggregator: 'sum',
    values: metric.values.map((value) => ({ ...value, labels: { worker, ...value.labels } })),
  }));
}
