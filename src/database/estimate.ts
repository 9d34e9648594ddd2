import type { EntityManager, ObjectLiteral, SelectQueryBuilder } from 'typeorm';
import type { CountMode } from './page.js';

/** So many rows are counted; only of more is their number estimated. */
export const COUNTED_ROWS = 1_000;

/** How many rows a query gives, by counting all of them or by `estimateRows`. */
export async function countRows(
  manager: EntityManager,
  mode: CountMode,
  sql: string,
  parameters: unknown[],
): Promise<number> {
  if (mode === 'estimated') return estimateRows(manager, sql, parameters);
  const [row] = await manager.query<{ count: string }[]>(
    `SELECT count(*) AS count FROM (${sql}) AS counted`,
    parameters,
  );
  return Number(row?.count ?? 0);
}

/**
 * The same of a query that is not built to its end, and is not used again.
 * @param column some small one of it
 */
export function countOf<E extends ObjectLiteral>(
  query: SelectQueryBuilder<E>,
  mode: CountMode,
  column: string,
): Promise<number> {
  const { manager } = query.dataSource;
  return countRows(manager, mode, ...query.select(column).getQueryAndParameters());
}

/**
 * How many rows a query gives: exactly, up to `COUNTED_ROWS`. Of more the planner says what it expects, which is
 * quick, as right as the table's statistics, and never said to be so few that it could have been counted.
 */
async function estimateRows(
  manager: EntityManager,
  sql: string,
  parameters: unknown[],
): Promise<number> {
  const [counted] = await manager.query<{ count: string }[]>(
    `SELECT count(*) AS count FROM (${sql} LIMIT ${COUNTED_ROWS + 1}) AS first_rows`,
    parameters,
  );
  const count = Number(counted?.count ?? 0);
  if (count <= COUNTED_ROWS) return count;
  return Math.max(count, await plannedRows(manager, sql, parameters));
}

/** How many rows the planner expects a query to give: quick, and as right as the table's statistics. */
export async function plannedRows(
  manager: EntityManager,
  sql: string,
  parameters: unknown[],
): Promise<number> {
  const rows = await manager.query<{ 'QUERY PLAN': [{ Plan: { 'Plan Rows': number } }] }[]>(
    `EXPLAIN (FORMAT JSON) ${sql}`,
    parameters,
  );
  return rows[0]?.['QUERY PLAN'][0].Plan['Plan Rows'] ?? 0;
}
