/** A piece of JSON that is written as it stands, also where no value makes it: `1e400`, a name twice. */
export class RawJson {
  constructor(readonly text: string) {}
}

/** As JSON.stringify, with pieces that are written as they stand; nothing is an empty text. */
export function jsonText(value: unknown): string {
  if (value instanceof RawJson) return value.text;
  if (value === undefined) return '';
  if (Array.isArray(value)) return `[${value.map(jsonText).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const fields = Object.entries(value).map(
    ([name, field]) => `${JSON.stringify(name)}:${jsonText(field)}`,
  );
  return `{${fields.join(',')}}`;
}

/** A copy whose field or element is another one; `undefined` leaves it out. */
export function withChange(
  value: unknown,
  [first, ...rest]: string[],
  change: (old: unknown) => unknown,
): unknown {
  if (first === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.flatMap((element: unknown, index) => {
      if (String(index) !== first) return [element];
      const changed = withChange(element, rest, change);
      return changed === undefined ? [] : [changed];
    });
  }
  return Object.fromEntries(
    Object.entries(value as object).flatMap(([name, field]: [string, unknown]) => {
      if (name !== first) return [[name, field]];
      const changed = withChange(field, rest, change);
      return changed === undefined ? [] : [[name, changed]];
    }),
  );
}

/** The paths of everything inside a value, itself first. */
export function placesIn(value: unknown, path: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null || value instanceof RawJson) return [path];
  const inside = Object.entries(value).flatMap(([name, field]: [string, unknown]) =>
    placesIn(field, [...path, name]),
  );
  return [path, ...inside];
}
