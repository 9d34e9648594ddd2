import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { expectProblem } from './helpers/problems.js';
import { allPages, nextPage } from './helpers/pages.js';
import { aLocation, aUser, locationFields, userFields } from './helpers/records.js';

// By code point. UTF-16 puts 👩 (a surrogate pair) before ﬀ, a dictionary Ä beside A, and z before Z.
const IDS = [
  ' ',
  '-',
  '0',
  '10',
  '9',
  'A',
  'Z',
  'Zz',
  'a',
  'a b',
  'a/b',
  'aa',
  'ß',
  'Ä',
  'é',
  'ﬀ',
  '👩',
]
  .map((id) => id.normalize('NFC'))
  .filter((id) => id.trim() !== '')
  .sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));

describe.each([
  ['/users', aUser, userFields],
  ['/locations', aLocation, locationFields],
] as const)('GET %s', (path, aRecord, fields) => {
  const order = `${path.slice(1)}:id`;
  let service: TestApp;
  let http: TestApp['http'];

  beforeAll(async () => {
    service = await startApp();
    http = service.http;
    for (const id of [...IDS].reverse()) await aRecord(http, { id });
  });
  afterAll(() => service.close());

  it('has them all, whole and by code point of their ids', async () => {
    const { body, headers, status } = await http.get(path);

    expect(status).toBe(200);
    expect(idsOf(body)).toEqual(IDS);
    expect(headers.link).toBeUndefined();
    expect(headers['x-total-count']).toBeUndefined();
    expect(body[3]).toEqual((await http.get(`${path}/${encodeURIComponent(IDS[3]!)}`)).body);
  });

  it.each([1, 2, 5, IDS.length - 1, IDS.length, 500])(
    'has them all once in pages of %d, each with the address of the next',
    async (limit) => {
      const pages = await allPages(http, `${path}?limit=${limit}`);

      expect(pages.flatMap(idsOf)).toEqual(IDS);
      expect(pages).toHaveLength(Math.ceil(IDS.length / limit));
    },
  );

  it('goes on behind the last one, though it was deleted and others were added', async () => {
    await aRecord(http, { id: 'B' });
    const first = await http.get(`${path}?limit=6`);
    const before = idsOf(first.body);
    await http.delete(`${path}/B`).expect(204);
    await aRecord(http, { id: '!' });
    await aRecord(http, { id: 'M' });

    const rest = await allPages(http, nextPage(first)!);

    await http.delete(`${path}/!`).expect(204);
    await http.delete(`${path}/M`).expect(204);
    expect(before.at(-1)).toBe('B');
    expect(rest.flatMap(idsOf)).toEqual(['M', ...IDS.slice(5)]);
  });

  it('counts nothing with count=none', async () => {
    const { headers } = await http.get(`${path}?limit=3&count=none`).expect(200);

    expect(headers['x-total-count']).toBeUndefined();
    expect(headers['x-total-count-kind']).toBeUndefined();
  });

  it('counts when it is asked to, and then only once', async () => {
    const first = await http.get(`${path}?limit=3&count=exact`);

    expect(first.headers['x-total-count']).toBe(String(IDS.length));
    expect(nextPage(first)).not.toContain('count=');
  });

  it('counts a short list also where an estimate is asked for, and says so', async () => {
    const { headers } = await http.get(`${path}?limit=1&count=estimated`);

    expect(headers['x-total-count']).toBe(String(IDS.length));
    expect(headers['x-total-count-kind']).toBe('exact');
  });

  it.each([
    '0',
    '501',
    '-1',
    '1.5',
    '',
    'ten',
    '0x10',
    '１０',
    '1e1',
    '+5',
    '5.0',
    '05',
    ' 5',
    'Infinity',
  ])('refuses the limit %j', async (limit) => {
    const answer = await http.get(`${path}?limit=${encodeURIComponent(limit)}`);

    expectProblem(answer, 400, 'invalid-request', ['limit']);
  });

  it.each([
    ['no cursor at all', 'nonsense'],
    ['nothing', ''],
    ['that of another list', coded(['image_key', 'a'])],
    ['one of no list', coded(['id', 'a'])],
    ['one without a place', coded([order])],
    ['one with a number', coded([order, 7])],
    ['one with a NUL', coded([order, 'a\0'])],
    ['one with a lone surrogate', coded([order, '\ud800'])],
  ])('refuses a cursor that is %s', async (_, cursor) => {
    const answer = await http.get(`${path}?cursor=${cursor}`);

    expectProblem(answer, 400, 'invalid-request', ['cursor']);
  });

  it('names every parameter that is wrong', async () => {
    const answer = await http.get(`${path}?limit=0&count=maybe&offset=7&limti=3`);

    expectProblem(answer, 400, 'invalid-request', [
      { parameter: 'limit' },
      { parameter: 'count' },
      { parameter: 'offset', detail: /not known/ },
      { parameter: 'limti', detail: /not known/ },
    ]);
  });

  it.each(['limit', 'cursor', 'count'])('refuses %s given twice', async (parameter) => {
    const answer = await http.get(`${path}?${parameter}=1&${parameter}=1`);

    expectProblem(answer, 400, 'invalid-request', [parameter]);
  });

  it('is empty where there is nothing behind the cursor', async () => {
    const { body, headers } = await http.get(`${path}?cursor=${coded([order, '\u{10ffff}'])}`);

    expect(body).toEqual([]);
    expect(headers.link).toBeUndefined();
  });

  it('refuses a record that is there already, whatever its other fields are', async () => {
    const answer = await http.post(path).send(fields({ id: IDS[0] }));

    expect(answer.status).toBe(409);
  });
});

function idsOf(page: unknown): string[] {
  return (page as { id: string }[]).map(({ id }) => id);
}

function coded(content: unknown): string {
  return Buffer.from(JSON.stringify(content)).toString('base64url');
}
