const SPAN = /^(\d{1,6})([dhm])$/;
const UNIT_MS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000 };

/** A span from now on (`90d`, `12h`, `30m`) as a time; every other text as it is. */
export function expiryOf(text: string, now: Date): string {
  const [, count, unit = ''] = SPAN.exec(text) ?? [];
  const unitMs = UNIT_MS[unit];
  if (unitMs === undefined) return text;
  return new Date(now.getTime() + Number(count) * unitMs).toISOString();
}
