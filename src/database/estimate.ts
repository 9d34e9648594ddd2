import type { EntityManager } from 'typeorm';

/** How many rows the planner expects a query to give: quick, and as right as the table's statistics. */
export async function estimateRows(
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
