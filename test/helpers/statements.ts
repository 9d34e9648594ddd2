import pg from 'pg';

interface Recorded {
  sql: string;
  parameters: readonly unknown[];
}

/** Every statement that this process sends to PostgreSQL while `action` runs, in order. */
export async function statementsOf(action: () => PromiseLike<unknown>): Promise<Recorded[]> {
  const recorded: Recorded[] = [];
  const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
  const { query } = prototype;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    const [first, second] = args;
    const config = first as { text?: string; values?: unknown[] };
    if (typeof first === 'string')
      recorded.push({ sql: first, parameters: Array.isArray(second) ? second : [] });
    else if (typeof config.text === 'string')
      recorded.push({ sql: config.text, parameters: config.values ?? [] });
    return query.apply(this, args);
  };
  try {
    await action();
  } finally {
    prototype.query = query;
  }
  return recorded;
}
