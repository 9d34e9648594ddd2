import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { startApp, type TestApp } from '../helpers/app.js';
import { allPages } from '../helpers/pages.js';
import {
  anAnnotation,
  anImage,
  annotationFields,
  imageFields,
  pathTo,
  unique,
  type Fields,
} from '../helpers/records.js';

const RUNS = { numRuns: 30 };
const MAX_KEY_BYTES = 1_024;

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

/** Every finite float64, with those that decimal notation gets wrong most easily among them. */
const float64 = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.double({ min: -1e4, max: 1e4, noNaN: true }),
  fc.constantFrom(0.1 + 0.2, 5e-324, 2 ** 53 + 2, 1e21, 1e-7, 1.797_693_134_862_315_7e308),
);

/** Two corners of a box that is neither too thin for float64 nor turned inside out. */
const box = fc
  .tuple(float64, float64, float64, float64)
  .filter(([left, top, right, bottom]) => left !== right && top !== bottom)
  .map(([left, top, right, bottom]) => [
    [left, top],
    [right, bottom],
  ]);

/** A star-shaped ring around a centre: it never crosses itself. */
const ring = fc
  .tuple(
    fc.double({ min: -1e6, max: 1e6, noNaN: true }),
    fc.array(fc.double({ min: 10, max: 1e3, noNaN: true }), { minLength: 3, maxLength: 60 }),
  )
  .map(([centre, radii]) =>
    radii.map((radius, place) => {
      const angle = (place / radii.length) * 2 * Math.PI;
      return [centre + radius * Math.cos(angle), centre + radius * Math.sin(angle)];
    }),
  );

const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((value) => !value.includes('\0'));

const attributes = fc.dictionary(
  text.filter((name) => name !== '' && !['__proto__', 'constructor', 'prototype'].includes(name)),
  fc.oneof(text, fc.boolean(), float64),
  { maxKeys: 32, noNullPrototype: true },
);

/** Keys of every kind of character that is allowed, and of those that paths and queries give a meaning. */
const key = fc
  .array(
    fc.oneof(
      fc.constantFrom('/', '%', '%2F', '+', '?', '#', '&', ';', '=', '"', "'", '.', ' ', '//', '~'),
      fc.constantFrom('e\u0301', '\u00e9', '\u1100\u1161', '\ufb01', '👩‍⚕️', '🇪🇺', '\u{10ffff}'),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 3 }),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 3 }),
    ),
    { minLength: 1, maxLength: 12 },
  )
  .map((parts) => parts.join(''))
  .filter((value) => isKey(value.normalize('NFC')));

function isKey(value: string): boolean {
  return (
    Buffer.byteLength(value) <= MAX_KEY_BYTES &&
    value === value.trim() &&
    !/[\p{Cc}\\\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u.test(value) &&
    value.split('/').every((segment) => segment !== '.' && segment !== '..')
  );
}

it('coordinates come back as the float64 that were sent, wherever they are read', async () => {
  const image = await anImage(http);
  const property = fc.asyncProperty(fc.oneof(box, ring), async (points) => {
    // JSON has one zero.
    const sent = JSON.parse(JSON.stringify(points)) as number[][];

    const added = await anAnnotation(http, { polygon: { points } }, image);
    const replaced = await http
      .put(pathTo(added))
      .send(annotationFields({ polygon: { points } }))
      .expect(200);
    const one = await http.get(pathTo(added)).expect(200);
    const { body } = await http.get(pathTo(image)).expect(200);

    expect(added.polygon).toEqual({ points: sent });
    expect(replaced.body.polygon.points).toEqual(sent);
    expect(one.body.polygon.points).toEqual(sent);
    expect(body.annotations.at(-1).polygon.points).toEqual(sent);
    for (const measure of [...one.body.bbox, one.body.area])
      expect(measure).toEqual(expect.any(Number));
  });
  await fc.assert(property, RUNS);
});

it('attributes come back in NFC, and otherwise as they were sent; confidence exactly', async () => {
  const image = await anImage(http);
  const property = fc.asyncProperty(
    attributes,
    fc.double({ min: 0, max: 1, noNaN: true }),
    async (sent, confidence) => {
      const added = await anAnnotation(http, { attributes: sent, confidence }, image);
      const { body } = await http.get(pathTo(added)).expect(200);

      expect(body.attributes).toEqual(inNfc(JSON.parse(JSON.stringify(sent)) as Fields));
      expect(body.confidence).toBe(Math.abs(confidence));
    },
  );
  await fc.assert(property, RUNS);
});

describe('an instant', () => {
  const EARLIEST = Date.parse('0001-01-02T00:00:00Z');
  const LATEST = Date.parse('9999-12-30T23:59:59.999Z');
  const instant = fc.oneof(
    fc.integer({ min: EARLIEST, max: LATEST }),
    fc.integer({ min: Date.parse('2020-01-01'), max: Date.parse('2030-01-01') }),
    fc.integer({ min: -5_000, max: 5_000 }),
  );
  const offsetMinutes = fc.integer({ min: -23 * 60 - 59, max: 23 * 60 + 59 });
  const finerDigits = fc.stringMatching(/^[0-9]{0,6}$/);

  it('comes back to the millisecond, in whatever zone and with whatever finer digits', async () => {
    const property = fc.asyncProperty(
      instant,
      offsetMinutes,
      finerDigits,
      async (time, minutes, digits) => {
        const expected = new Date(time).toISOString();
        const image = await anImage(http, { created_at: inZone(time, minutes, digits) });

        expect(image.created_at).toBe(expected);
        expect((await http.get(pathTo(image))).body.created_at).toBe(expected);
      },
    );
    await fc.assert(property, RUNS);
  });

  it('is where a list begins and where it ends', async () => {
    const property = fc.asyncProperty(instant, offsetMinutes, async (time, minutes) => {
      const client_id = unique('instant');
      const image = await anImage(http, { client_id, created_at: new Date(time).toISOString() });
      const find = async (query: Record<string, string>) => {
        const search = new URLSearchParams({ client_id, ...query });
        const { body } = await http.get(`/images?${search.toString()}`).expect(200);
        return (body as unknown[]).length;
      };

      expect(await find({ created_from: inZone(time, minutes) })).toBe(1);
      expect(await find({ created_from: inZone(time + 1, minutes) })).toBe(0);
      expect(await find({ created_to: inZone(time, minutes) })).toBe(0);
      expect(await find({ created_to: inZone(time + 1, minutes) })).toBe(1);
      expect(image.created_at).toBe(new Date(time).toISOString());
    });
    await fc.assert(property, RUNS);
  });
});

describe('a key', () => {
  it('comes back in NFC, and is found by whichever form of it', async () => {
    const property = fc.asyncProperty(key, async (sent) => {
      const expected = sent.normalize('NFC');
      const answer = await http.post('/images').send(imageFields({ image_key: sent }));
      // The same key may be drawn twice.
      expect([200, 201]).toContain(answer.status);

      expect(answer.body.image_key).toBe(expected);
      for (const form of [sent, expected, sent.normalize('NFD')])
        expect((await http.get(pathTo({ image_key: form })).expect(200)).body).toEqual(answer.body);
      expect((await http.get(answer.headers.location!).expect(200)).body).toEqual(answer.body);
    });
    await fc.assert(property, { numRuns: 60 });
  });

  it('is a part of addresses for everything below it', async () => {
    const property = fc.asyncProperty(key, async (image_key) => {
      const fields = { image_key: `${unique('below')}/${image_key}` };
      fc.pre(isKey(fields.image_key.normalize('NFC')));
      const image = await anImage(http, fields);

      const { body, headers } = await http
        .post(pathTo(image, 'annotations'))
        .send(annotationFields())
        .expect(201);

      expect(headers.location).toBe(pathTo(image, 'annotations', 0));
      expect((await http.get(headers.location!)).body).toEqual(body);
      await http.delete(pathTo(image)).expect(204);
      await http.post(pathTo(image, 'restore')).expect(200);
      // A search needs three characters.
      if ([...image.image_key].length < 3) return;
      const search = new URLSearchParams({ q: image.image_key });
      const found = await http.get(`/images?${search.toString()}`).expect(200);
      expect(found.body).toHaveLength(1);
    });
    await fc.assert(property, RUNS);
  });

  it('has its place by code point, in lists read page by page', async () => {
    const property = fc.asyncProperty(
      fc.uniqueArray(key, {
        minLength: 2,
        maxLength: 8,
        selector: (value) => value.normalize('NFC'),
      }),
      fc.integer({ min: 1, max: 4 }),
      async (keys, limit) => {
        const client_id = unique('sorted');
        const own = keys
          .map((value) => `${client_id} ${value.normalize('NFC')}`)
          .filter((value) => value === value.normalize('NFC') && isKey(value));
        for (const image_key of own) await anImage(http, { image_key, client_id });

        const pages = await allPages(
          http,
          `/images?sort=image_key&annotations=false&client_id=${client_id}&limit=${limit}`,
        );

        const listed = pages.flat().map((image) => (image as { image_key: string }).image_key);
        expect(listed).toEqual(
          [...own].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b))),
        );
      },
    );
    await fc.assert(property, { numRuns: 15 });
  });
});

/** An instant as RFC 3339 writes it in the zone of this offset. */
function inZone(time: number, minutes: number, finerDigits = ''): string {
  const local = new Date(time + minutes * 60_000).toISOString().slice(0, -1);
  const size = Math.abs(minutes);
  const pad = (value: number) => String(value).padStart(2, '0');
  const sign = minutes < 0 ? '-' : '+';
  return `${local}${finerDigits}${sign}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function inNfc(sent: Fields): Fields {
  const entries = Object.entries(sent).map(([name, value]) => [
    name.normalize('NFC'),
    typeof value === 'string' ? value.normalize('NFC') : value,
  ]);
  return Object.fromEntries(entries) as Fields;
}
