import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { versionOfThePackage } from '../config/package-version.js';

/** What somebody else counts: one number, or one for each value of a label. */
export type Reading = number | Readonly<Record<string, number>>;

interface Described {
  name: string;
  help: string;
  /** Whose values are the keys of what is read. */
  label?: string;
  /** Called whenever Prometheus asks. */
  read: () => Reading;
}

interface Timed {
  name: string;
  help: string;
  labels: readonly string[];
}

/**
 * Of request durations in seconds, as the semantic conventions of OpenTelemetry have them:
 * https://opentelemetry.io/docs/specs/semconv/http/http-metrics/
 */
const BUCKETS_S = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10];

/**
 * What Prometheus may ask this process. Where nobody asks (METRICS_PORT is unset) nothing is registered, and measuring
 * costs nothing.
 */
export class Metrics {
  readonly registry = new Registry();

  /** @param isWanted whether anybody asks */
  constructor(private readonly isWanted: boolean) {
    if (!isWanted) return;
    collectDefaultMetrics({ register: this.registry });
    const version = versionOfThePackage();
    this.gauge({
      name: 'loupe_info',
      help: 'Always 1; the label says which version of Loupe it is.',
      label: 'version',
      read: () => ({ [version]: 1 }),
    });
  }

  /** Offers a number that rises and falls. */
  gauge(described: Described): void {
    if (!this.isWanted) return;
    const gauge: Gauge = new Gauge({
      ...optionsOf(described, this.registry),
      collect: () => {
        gauge.reset();
        for (const [labels, value] of readingsOf(described)) gauge.set(labels, value);
      },
    });
  }

  /** Offers a number that only rises while the process lives. Its name ends with `_total`. */
  total(described: Described): void {
    if (!this.isWanted) return;
    const counter: Counter = new Counter({
      ...optionsOf(described, this.registry),
      collect: () => {
        counter.reset();
        for (const [labels, value] of readingsOf(described)) counter.inc(labels, value);
      },
    });
  }

  /** @returns where durations in seconds are noted; undefined where nobody asks */
  durations({ name, help, labels }: Timed): Histogram | undefined {
    if (!this.isWanted) return undefined;
    const registers = [this.registry];
    return new Histogram({ name, help, labelNames: labels, buckets: BUCKETS_S, registers });
  }
}

function optionsOf({ name, help, label }: Described, registry: Registry) {
  return { name, help, labelNames: label === undefined ? [] : [label], registers: [registry] };
}

function readingsOf({ label, read }: Described): [labels: Record<string, string>, value: number][] {
  const reading = read();
  if (typeof reading === 'number') return [[{}, reading]];
  return Object.entries(reading).map(([value, number]) => [{ [label ?? '']: value }, number]);
}
