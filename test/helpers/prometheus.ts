/** One number that Prometheus would take, with its labels. */
export interface Sample {
  name: string;
  labels: Readonly<Record<string, string>>;
  value: number;
}

/** What Prometheus would read. */
export interface Exposition {
  samples: Sample[];
  /** By name: counter, gauge, histogram … */
  types: Map<string, string>;
  /** The sum of all samples of a name that have at least these labels; undefined if there is none. */
  sum(name: string, labels?: Record<string, string>): number | undefined;
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/gy;

/**
 * Reads the text format: https://prometheus.io/docs/instrumenting/exposition_formats/
 * @throws Error where Prometheus would refuse it, or take it for something else
 */
export function parseExposition(text: string): Exposition {
  const samples: Sample[] = [];
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const seen = new Set<string>();
  let family = '';
  if (!text.endsWith('\n')) throw new Error('The last line has no end.');
  for (const line of text.slice(0, -1).split('\n')) {
    if (line === '') continue;
    const [, kind, name = '', rest = ''] = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line) ?? [];
    if (kind === 'HELP') {
      if (helps.has(name)) throw new Error(`Two groups of ${name}.`);
      helps.add(name);
      family = name;
    } else if (kind === 'TYPE') {
      if (name !== family || types.has(name)) throw new Error(`TYPE of ${name} is out of place.`);
      types.set(name, rest);
    } else {
      const sample = sampleOf(line);
      const base = types.get(family) === 'histogram' ? '(?:_bucket|_sum|_count)' : '';
      if (!new RegExp(`^${family}${base}$`).test(sample.name))
        throw new Error(`${line} stands among those of ${family}.`);
      if (seen.has(line.slice(0, line.lastIndexOf(' '))))
        throw new Error(`${line} is there twice.`);
      seen.add(line.slice(0, line.lastIndexOf(' ')));
      samples.push(sample);
    }
  }
  const sum = (name: string, labels: Record<string, string> = {}) => {
    const wanted = Object.entries(labels);
    const found = samples.filter(
      (sample) =>
        sample.name === name && wanted.every(([key, text]) => sample.labels[key] === text),
    );
    return found.length === 0 ? undefined : found.reduce((total, { value }) => total + value, 0);
  };
  return { samples, types, sum };
}

function sampleOf(line: string): Sample {
  const [, name, inBraces = '', number] = SAMPLE.exec(line) ?? [];
  if (name === undefined) throw new Error(`Not a sample: ${line}`);
  const labels: Record<string, string> = {};
  let length = 0;
  for (const [all, key = '', value = ''] of inBraces.matchAll(LABEL)) {
    length += all.length;
    labels[key] = value;
  }
  if (length !== inBraces.length) throw new Error(`Not labels: ${line}`);
  const value = number === '+Inf' ? Infinity : Number(number);
  // As Go reads it: in any case of letters.
  if (Number.isNaN(value) && !/^nan$/i.test(number ?? '')) throw new Error(`Not a number: ${line}`);
  return { name, labels, value };
}
