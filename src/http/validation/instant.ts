import { ValidateBy, type ValidationOptions } from 'class-validator';

const RFC_3339 =
  /^(\d{4})-(\d{2})-(\d{2})[Tt](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?([Zz]|[+-]\d{2}:\d{2})$/;

/**
 * The instant that an RFC 3339 time with an offset names, to the millisecond (finer digits are cut, not
 * rounded), or undefined. Leap seconds, impossible dates and years outside 0001 to 9999 (in UTC) are
 * not instants.
 */
export function parseInstant(text: string): Date | undefined {
  const parts = RFC_3339.exec(text);
  if (!parts) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', offset = 'Z'] = parts;
  const milliseconds = fraction.padEnd(3, '0').slice(0, 3);
  const local = `${year}-${month}-${day}T${hour}:${minute}:${second}.${milliseconds}`;
  const asIfUtc = new Date(`${local}Z`);
  // Date takes 2026-02-30 for March 2nd and 24:00 for the next day: what it makes must be what was sent.
  if (Number.isNaN(asIfUtc.getTime()) || asIfUtc.toISOString() !== `${local}Z`) return undefined;
  const minutes = offsetMinutes(offset);
  if (minutes === undefined) return undefined;
  const instant = new Date(asIfUtc.getTime() - minutes * 60_000);
  return instant.getTime() < YEAR_1 || instant.getTime() >= YEAR_10000 ? undefined : instant;
}

const YEAR_1 = new Date('0001-01-01T00:00:00Z').getTime();
const YEAR_10000 = Date.UTC(10_000, 0, 1);

function offsetMinutes(offset: string): number | undefined {
  if (offset.toUpperCase() === 'Z') return 0;
  const hours = Number(offset.slice(1, 3));
  const minutes = Number(offset.slice(4, 6));
  if (hours > 23 || minutes > 59) return undefined;
  return (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes);
}

/** A time with an offset, as RFC 3339 has it: 2026-03-01T09:30:00+01:00. */
export function IsInstant(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isInstant',
      validator: {
        validate: (value: unknown) =>
          typeof value === 'string' && parseInstant(value) !== undefined,
        defaultMessage: () =>
          'must be a time that exists, with an offset, as RFC 3339 has it: 2026-03-01T09:30:00+01:00 (in a query + is %2B)',
      },
    },
    options,
  );
}

/** @param text checked by `IsInstant` before */
export function toInstant(text: string): Date {
  const instant = parseInstant(text);
  if (!instant) throw new TypeError('toInstant takes only what IsInstant has accepted');
  return instant;
}
