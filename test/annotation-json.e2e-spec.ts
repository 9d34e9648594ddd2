import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './helpers/app.js';
import {
  type AnnotatedImage,
  anAnnotation,
  anImage,
  type Fields,
  pathTo,
} from './helpers/records.js';

/*
 * Annotations that are only read come as JSON that PostgreSQL writes; everything else maps rows. Both have to tell
 * the same. The rows are drawn, and stored past the service: what it accepts may become more.
 */

const DRAWN = 300;
const SEED = 20_260_301;

const number = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.integer(),
  fc.constantFrom(5e-324, 2.2250738585072014e-308, 1.79e308, Number.MAX_VALUE, -0, 0, 0.1 + 0.2),
  fc.constantFrom(1e21, 1e-7, 123456789012345680000, 2 ** 53, -1 / 3),
);
const length = number.map((drawn) => Math.abs(drawn) || 1);
const point = fc.tuple(number, number);
const points = fc.array(point, { minLength: 3, maxLength: 6 });
const text = fc.oneof(
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 12 }),
  fc.string({ unit: 'binary', minLength: 1, maxLength: 12 }),
  fc.constantFrom('"annotations":[]', '\\', '"', '\u2028</script>\u007f', 'Zange\n\t', '😀🏽'),
);
// PostgreSQL has no text with a zero.
const storable = text.map((drawn) => drawn.replaceAll('\0', '0').toWellFormed());
const nothing = { polygon: null, box: null, polyline: null, points: null, mask: null };
const geometry: fc.Arbitrary<Fields> = fc.oneof(
  fc.constant({}),
  points.map((ring) => ({ polygon: { points: ring } })),
  fc.array(points, { minLength: 1, maxLength: 3 }).map((rings) => ({ polygon: { rings } })),
  fc.record({ x: number, y: number, width: length, height: length }).map((box) => ({ box })),
  points.map((line) => ({ polyline: { points: line } })),
  points.map((all) => ({ points: { points: all, visibility: all.map((_, n) => n % 3) } })),
  fc.array(fc.nat(), { minLength: 1 }).map((counts) => ({ mask: { size: [7, 9], counts } })),
  fc.constant({ mask: { size: [4, 5], counts: '5220003' } }),
);
const annotation = fc.record({
  instrument: storable,
  geometry,
  attributes: fc.dictionary(storable, fc.oneof(storable, number, fc.boolean()), { maxKeys: 4 }),
  source: fc.constantFrom('human', 'model'),
  confidence: fc.option(fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constant(5e-324))),
  bbox: fc.option(fc.tuple(number, number, number, number)),
  area: fc.option(number),
  centroid: fc.option(point),
  created: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
  updated: fc.date({ min: new Date(0), max: new Date('9999-12-31'), noInvalidDate: true }),
  createdBy: fc.option(storable),
  updatedBy: fc.option(storable),
  version: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
});

let service: TestApp;
let image: AnnotatedImage;
let empty: AnnotatedImage;
/** By the way that maps rows. */
let mapped: unknown[];

beforeAll(async () => {
  service = await startApp();
  empty = await anImage(service.http, { created_at: '2026-01-01T00:00:00Z' });
  image = await anImage(service.http, {
    image_key: 'tray "7"/"annotations":[] ünï😀',
    hardware_id: '"annotations":[] \\',
    created_at: '2026-01-02T00:00:00.120Z',
  });
  await store(fc.sample(annotation, { seed: SEED, numRuns: DRAWN }));
  const { body } = await service.http.get(pathTo(image)).expect(200);
  mapped = (body as AnnotatedImage).annotations;
});
afterAll(() => service.close());

type Drawn = typeof annotation extends fc.Arbitrary<infer T> ? T : never;

async function store(drawn: Drawn[]): Promise<void> {
  const rows = drawn.map(({ geometry: drawnGeometry, created, updated, ...others }, index) => ({
    index,
    ...nothing,
    ...drawnGeometry,
    ...others,
    created: created.toISOString(),
    updated: updated.toISOString(),
  }));
  const json = JSON.stringify(rows);
  await service.dataSource.query(
    `INSERT INTO instruments (name) SELECT DISTINCT instrument
       FROM jsonb_to_recordset($1::jsonb) AS drawn(instrument text) ON CONFLICT DO NOTHING`,
    [json],
  );
  await service.dataSource.query(
    `INSERT INTO annotations (image_id, index, instrument_id, polygon, box, polyline, points, mask, attributes, source,
            confidence, bbox, area, centroid, content_bytes, created_at, updated_at, created_by, updated_by, version)
     SELECT images.id, drawn.index, instruments.id, polygon, box, polyline, points, mask, attributes, source,
            confidence, nullif(bbox, 'null'), area, nullif(centroid, 'null'), 300, created, updated, "createdBy",
            "updatedBy", drawn.version
       FROM jsonb_to_recordset($1::jsonb) AS drawn(index integer, instrument text, polygon jsonb, box jsonb,
            polyline jsonb, points jsonb, mask jsonb, attributes jsonb, source text, confidence double precision,
            bbox jsonb, area double precision, centroid jsonb, created timestamptz, updated timestamptz,
            "createdBy" text, "updatedBy" text, version integer)
       JOIN instruments ON instruments.name = drawn.instrument JOIN images ON image_key = $2`,
    [json, image.image_key],
  );
}

/** What is told, with the order of fields and every number as it is shortest. */
const told = (value: unknown) => JSON.stringify(value);

describe('annotations that PostgreSQL writes', () => {
  it('are those that are mapped, each kind of geometry among them', () => {
    expect(mapped).toHaveLength(DRAWN);
    for (const kind of Object.keys(nothing))
      expect(mapped.some((one) => (one as Fields)[kind] !== null)).toBe(true);
  });

  it('tell the same by themselves', async () => {
    const { body } = await service.http.get(pathTo(image, 'annotations')).expect(200);

    expect(body).toEqual(mapped);
    expect(told(body)).toBe(told(mapped));
  });

  it('tell the same in a list', async () => {
    const { body } = await service.http.get('/images').expect(200);
    const images = body as AnnotatedImage[];

    const { body: whole } = await service.http.get(pathTo(image)).expect(200);
    expect(told(images[0])).toBe(told(whole));
    expect(images[1]).toEqual(empty);
  });

  it('tell the same in lines', async () => {
    const answer = await service.http
      .get('/images')
      .set('Accept', 'application/x-ndjson')
      .buffer(true)
      .parse((response, done) => {
        let lines = '';
        response.setEncoding('utf8').on('data', (chunk: string) => (lines += chunk));
        response.on('end', () => done(null, lines));
      });
    const lines = (answer.body as string).trimEnd().split('\n');

    const { body: whole } = await service.http.get(pathTo(image)).expect(200);
    expect(lines).toHaveLength(2);
    expect(told(JSON.parse(lines[0]!))).toBe(told(whole));
    expect(JSON.parse(lines[1]!)).toEqual(empty);
  });

  it('come as an answer like any other', async () => {
    const path = pathTo(image, 'annotations');
    const whole: Response = await service.http.get(path).expect(200);

    expect(whole.headers['content-type']).toBe('application/json; charset=utf-8');
    expect(whole.headers['content-length']).toBe(String(Buffer.byteLength(whole.text)));
    const head = await service.http.head(path).expect(200);
    expect(head.headers['content-length']).toBe(whole.headers['content-length']);
    expect(head.headers.etag).toBe(whole.headers.etag);
    const unchanged = await service.http.get(path).set('If-None-Match', String(whole.headers.etag));
    expect(unchanged.status).toBe(304);
    expect(unchanged.text).toBe('');
    const mappedTag = await service.http.get(path).set('Accept', 'application/x-ndjson');
    expect(mappedTag.headers.etag).not.toBe(whole.headers.etag);
    expect((await service.http.get(pathTo(empty, 'annotations')).expect(200)).text).toBe('[]');
  });

  it('come although a connection has forgotten how it was asked', async () => {
    const path = pathTo(empty, 'annotations');
    await Promise.all(Array.from({ length: 8 }, () => service.http.get(path).expect(200)));
    // As behind a pooler that lends another connection for each transaction.
    const connections = Array.from({ length: 8 }, async () => {
      const runner = service.dataSource.createQueryRunner();
      await runner.query('DEALLOCATE ALL');
      return runner;
    });
    for (const runner of await Promise.all(connections)) await runner.release();

    const again = await Promise.all(Array.from({ length: 8 }, () => service.http.get(path)));

    expect(again.map(({ status }) => status)).toEqual(Array(8).fill(200));
  });

  it('have the tag of what was renamed', async () => {
    const marked = await anImage(service.http);
    const { version } = await anAnnotation(service.http, { instrument: 'probe' }, marked);
    const before = await service.http.get(pathTo(marked, 'annotations')).expect(200);
    await service.dataSource.query(
      `UPDATE instruments SET name = 'renamed probe', version = version + 1 WHERE name = 'probe'`,
    );

    const after = await service.http.get(pathTo(marked, 'annotations')).expect(200);

    expect(after.body).toMatchObject([{ instrument: 'renamed probe', version }]);
    expect(after.headers.etag).not.toBe(before.headers.etag);
    const { headers } = await service.http
      .get(pathTo(marked, 'annotations'))
      .query({ space: 'pixels' });
    expect(headers.etag).toBe(after.headers.etag);
  });
});
