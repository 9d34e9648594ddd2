const MONTHS = 'Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec';
const TIME = String.raw`(?<time>\d{2}:\d{2}:\d{2})`;
// RFC 9110 section 5.6.7: the first is how dates are written, the others must still be understood.
const FORMS = [
  new RegExp(String.raw`^\w{3}, (?<day>\d{2}) (?<month>${MONTHS}) (?<year>\d{4}) ${TIME} GMT$`),
  new RegExp(String.raw`^\w{6,9}, (?<day>\d{2})-(?<month>${MONTHS})-(?<year>\d{2}) ${TIME} GMT$`),
  new RegExp(String.raw`^\w{3} (?<month>${MONTHS}) (?<day>[ \d]\d) ${TIME} (?<year>\d{4})$`),
];
const FIFTY_YEARS = 50;

/** A date as HTTP writes it, which knows no fractions of a second: `Sun, 06 Nov 1994 08:49:37 GMT`. */
export function httpDateOf(date: Date): string {
  return date.toUTCString();
}

/**
 * Reads a date of a header.
 * @param now to find the century of a year of two digits
 * @returns milliseconds since 1970, whole seconds of them; undefined if it is no date
 */
export function timeOfHttpDate(text: string, now = new Date()): number | undefined {
  for (const form of FORMS) {
    const { day, month, year, time } = form.exec(text.trim())?.groups ?? {};
    if (day === undefined || month === undefined || year === undefined || time === undefined)
      continue;
    const inFull = year.length === 2 ? String(yearOf(Number(year), now)) : year;
    const timestamp = Date.parse(`${day.trim().padStart(2, '0')} ${month} ${inFull} ${time} GMT`);
    return Number.isNaN(timestamp) ? undefined : timestamp;
  }
  return undefined;
}

/** Two digits that seem to lie over 50 years ahead are of the last century (RFC 9110 section 5.6.7). */
function yearOf(twoDigits: number, now: Date): number {
  const thisYear = now.getUTCFullYear();
  const year = thisYear - (thisYear % 100) + twoDigits;
  return year > thisYear + FIFTY_YEARS ? year - 100 : year;
}
