import pg from 'pg';

interface Recorded {
  sql: string;
  parameters: readonly unknown[];
}

/** A change feed asks by itself now and then whether it is up to date. */
const isOfNobody = ({ sql }: Recorded) => sql.includes('pg_notify');

/** Every statement that requests send from this process to PostgreSQL while `action` runs, in order. */
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
  return recorded.filter((statement) => !isOfNobody(statement));
}
