interface Metric {
  durationMs?: number;
  description?: string;
}

const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** What an answer took, step by step, for the header Server-Timing (https://www.w3.org/TR/server-timing/). */
export class ServerTiming {
  private readonly metrics = new Map<string, Metric>();

  /**
   * Waits for work and keeps how long that took, also if it fails.
   * @param name a token; what has one name is added up
   */
  async measure<T>(name: string, work: Promise<T>): Promise<T> {
    const start = performance.now();
    try {
      return await work;
    } finally {
      this.add(name, performance.now() - start);
    }
  }

  /** Adds milliseconds to a step. */
  add(name: string, durationMs: number): void {
    const metric = this.metricOf(name);
    metric.durationMs = (metric.durationMs ?? 0) + durationMs;
  }

  /** Says something about a step in a word: `cache`, `hit`. */
  describe(name: string, description: string): void {
    this.metricOf(name).description = description;
  }

  /** `lookup;dur=0.4, cache;desc=hit`: in the order in which the steps were first named, to a tenth of a millisecond. */
  header(): string | undefined {
    const metrics = [...this.metrics].map(([name, { durationMs, description }]) =>
      [
        name,
        ...(description === undefined ? [] : [`desc=${valueOf(description)}`]),
        ...(durationMs === undefined ? [] : [`dur=${Math.round(durationMs * 10) / 10}`]),
      ].join(';'),
    );
    return metrics.length === 0 ? undefined : metrics.join(', ');
  }

  private metricOf(name: string): Metric {
    const known = this.metrics.get(name);
    if (known) return known;
    if (!TOKEN.test(name)) throw new Error(`${JSON.stringify(name)} is no name of a metric.`);
    const metric: Metric = {};
    this.metrics.set(name, metric);
    return metric;
  }
}

/** A token as it is, anything else quoted, without what no header may hold. */
function valueOf(text: string): string {
  if (TOKEN.test(text)) return text;
  const printable = text.replaceAll(/[^\x20-\x7e]/g, '?');
  return `"${printable.replaceAll(/["\\]/g, String.raw`\$&`)}"`;
}
