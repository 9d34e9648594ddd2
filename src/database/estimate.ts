import type { EntityManager } from 'typeorm';

/** So many rows are counted; only of more is their number estimated. */
export const COUNTED_ROWS = 1_000;

/**
 * How many rows a query gives: exactly, up to `COUNTED_ROWS`. Of more the planner says what it expects, which is
 * quick, as right as the table's statistics, and never said to be so few that it could have been counted.
 */
export async function estimateRows(
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
