import type { ApiKey } from '../access/api-key.entity.js';

const HEAD = ['PREFIX', 'NAME', 'ROLE', 'CLIENTS', 'STATE', 'CREATED', 'EXPIRES', 'LAST USED'];
const NONE = '-';

/** Keys as lines of aligned columns. */
export function keyTable(keys: readonly ApiKey[], now: Date): string {
  const rows = [HEAD, ...keys.map((key) => cellsOf(key, now))];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '))
    .map((line) => `${line.trimEnd()}\n`)
    .join('');
}

function cellsOf(key: ApiKey, now: Date): string[] {
  return [
    key.prefix,
    key.name,
    key.role,
    key.clientIds?.join(',') ?? 'all',
    stateOf(key, now),
    timeOf(key.createdAt),
    timeOf(key.expiresAt),
    timeOf(key.lastUsedAt),
  ];
}

function stateOf({ revokedAt, expiresAt }: ApiKey, now: Date): string {
  if (revokedAt) return 'revoked';
  return expiresAt && expiresAt <= now ? 'expired' : 'in use';
}

function timeOf(time: Date | null): string {
  return time?.toISOString() ?? NONE;
}
