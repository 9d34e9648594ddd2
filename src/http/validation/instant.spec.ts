import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseInstant, toInstant } from './instant.js';

const isoOf = (text: string) => parseInstant(text)?.toISOString();
const YEARS = { min: new Date('0001-01-02T00:00:00Z'), max: new Date('9999-12-30T23:59:59.999Z') };

describe('parseInstant', () => {
  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01t09:30:00z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00+01:00', '2026-03-01T08:30:00.000Z'],
    ['2026-03-01T09:30:00-00:00', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T00:00:00+23:59', '2026-02-28T00:01:00.000Z'],
    ['2024-02-29T12:00:00Z', '2024-02-29T12:00:00.000Z'],
    ['2000-02-29T12:00:00Z', '2000-02-29T12:00:00.000Z'],
    ['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z'],
    ['9999-12-31T23:59:59.999Z', '9999-12-31T23:59:59.999Z'],
    ['9999-12-31T23:59:59+00:01', '9999-12-31T23:58:59.000Z'],
  ])('understands %s', (text, instant) => expect(isoOf(text)).toBe(instant));

  it.each([
    ['.1', '.100'],
    ['.12', '.120'],
    ['.123', '.123'],
    ['.1239', '.123'],
    ['.999999999', '.999'],
  ])('cuts the fraction %s to %s', (fraction, kept) => {
    expect(isoOf(`2026-03-01T09:30:00${fraction}Z`)).toBe(`2026-03-01T09:30:00${kept}Z`);
  });

  it.each([
    '2026-03-01T09:30:00',
    '2026-03-01',
    '2026-03-01T09:30Z',
    '2026-03-01 09:30:00Z',
    '2026-3-1T9:30:00Z',
    '2026-03-01T09:30:00.Z',
    '2026-03-01T09:30:00,5Z',
    '2026-03-01T09:30:00.1234567890Z',
    '2026-03-01T09:30:00+01',
    '2026-03-01T09:30:00+0100',
    '2026-03-01T09:30:00+24:00',
    '2026-03-01T09:30:00+01:60',
    '2026-02-30T09:30:00Z',
    '2026-04-31T09:30:00Z',
    '2025-02-29T09:30:00Z',
    '1900-02-29T09:30:00Z',
    '2026-00-01T09:30:00Z',
    '2026-13-01T09:30:00Z',
    '2026-03-00T09:30:00Z',
    '2026-03-01T24:00:00Z',
    '2026-03-01T09:60:00Z',
    '2016-12-31T23:59:60Z',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '10000-01-01T00:00:00Z',
    '+002026-03-01T09:30:00Z',
    'infinity',
    'now',
    '',
    ' 2026-03-01T09:30:00Z',
    '2026-03-01T09:30:00Z\n',
    '２０２６-03-01T09:30:00Z',
  ])('does not understand %j', (text) => expect(parseInstant(text)).toBeUndefined());

  it('gives back every instant that it wrote, whatever the offset', () => {
    const offset = fc.integer({ min: -1_439, max: 1_439 });
    fc.assert(
      fc.property(fc.date({ ...YEARS, noInvalidDate: true }), offset, (date, minutes) => {
        const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, -1);
        const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60];
        const zone = [hours, rest].map((part) => String(part).padStart(2, '0')).join(':');

        expect(parseInstant(`${local}${minutes < 0 ? '-' : '+'}${zone}`)).toEqual(date);
      }),
    );
  });
});

describe('toInstant', () => {
  it('takes only what was checked', () => {
    expect(toInstant('2026-03-01T09:30:00Z')).toEqual(new Date('2026-03-01T09:30:00Z'));
    expect(() => toInstant('now')).toThrow(TypeError);
  });
});
