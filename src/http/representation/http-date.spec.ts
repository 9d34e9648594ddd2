import { describe, expect, it } from '@jest/globals';
import { httpDateOf, timeOfHttpDate } from './http-date.js';

const THEN = Date.UTC(1994, 10, 6, 8, 49, 37);

describe('a date of HTTP', () => {
  it('is written without fractions of a second', () => {
    expect(httpDateOf(new Date(THEN + 999))).toBe('Sun, 06 Nov 1994 08:49:37 GMT');
  });

  it.each([
    'Sun, 06 Nov 1994 08:49:37 GMT',
    'Sunday, 06-Nov-94 08:49:37 GMT',
    'Sun Nov  6 08:49:37 1994',
  ])('is read in every form that there ever was: %s', (text) => {
    expect(timeOfHttpDate(text, new Date('2026-01-01'))).toBe(THEN);
  });

  it.each([
    ['Sunday, 06-Nov-76 08:49:37 GMT', 2076],
    ['Sunday, 06-Nov-77 08:49:37 GMT', 1977],
  ])('of two digits lies at most 50 years ahead: %s', (text, year) => {
    const time = timeOfHttpDate(text, new Date('2026-01-01'));
    expect(new Date(time ?? NaN).getUTCFullYear()).toBe(year);
  });

  it.each([
    '',
    '0',
    '2026-03-01T08:31:00Z',
    'Sun, 06 Nov 1994 08:49:37 CET',
    'Sun, 06 Nov 1994 08:49:37',
    'Sun, 06 Nov 1994 25:49:37 GMT',
    'Sun, 41 Nov 1994 08:49:37 GMT',
    '"06 Nov 1994"',
  ])('is not %j', (text) => expect(timeOfHttpDate(text)).toBeUndefined());
});
