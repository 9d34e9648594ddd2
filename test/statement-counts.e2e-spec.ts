import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startApp, type TestApp } from './helpers/app.js';
import { annotationFields, anImage, pathTo } from './helpers/records.js';
import { statementsOf } from './helpers/statements.js';

// What is asked most, and how often each of it asks the database: more is slower, by as much as one more round trip.

const LABEL = 'needle%20holder';
const IMAGES = 12;
const [FEW, MANY] = [2, 40];

let service: TestApp;
/** Of images with few and with many annotations. */
let paths: string[];

beforeAll(async () => {
  service = await startApp();
  const aSet = (length: number) => Array.from({ length }, () => annotationFields());
  for (let number = 0; number < IMAGES; number += 1)
    await anImage(service.http, { annotations: aSet(FEW) });
  const [few, many] = [
    await anImage(service.http, { annotations: aSet(FEW) }),
    await anImage(service.http, { annotations: aSet(MANY) }),
  ];
  paths = [few, many].map((image) => pathTo(image));
});
afterAll(() => service.close());

describe('the number of statements', () => {
  it.each([
    ['the annotations of an image', 1, '/annotations'],
    ['one annotation', 1, '/annotations/1'],
    ['an image', 2, ''],
    ['an image without its annotations', 1, '?fields=file'],
  ])('for %s is %i, however many there are', async (_, count, end) => {
    for (const path of paths) {
      const statements = await statementsOf(() => service.http.get(`${path}${end}`).expect(200));
      expect(statements).toHaveLength(count);
    }
  });

  it.each([
    ['a list with annotations', 2, ''],
    ['a list without them', 1, '&annotations=false'],
    ['a list with some fields', 2, '&fields=annotations.index'],
    ['a list that is counted', 3, '&count=exact'],
    // The label, and what the planner expects of it and of the other conditions.
    ['a list of a label', 2 + 3, `&instrument=${LABEL}`],
  ])('for %s is %i, however long it is', async (_, count, query) => {
    for (const limit of [1, IMAGES]) {
      const statements = await statementsOf(() =>
        service.http.get(`/images?limit=${limit}${query}`).expect(200),
      );
      expect(statements).toHaveLength(count);
    }
  });

  it.each([
    // BEGIN, image, index, label, annotation with history, image, audit log, what it is now, COMMIT.
    ['adding', 9, (path: string) => post(`${path}/annotations`).expect(201)],
    ['replacing', 9, (path: string) => put(`${path}/annotations/1`).expect(200)],
    // The same without a label and without what it is now.
    ['deleting', 7, (path: string) => service.http.delete(`${path}/annotations/0`).expect(204)],
  ])('for %s an annotation is %i, however many others there are', async (_, count, write) => {
    for (const path of paths) {
      const statements = await statementsOf(() => write(path));
      expect(statements).toHaveLength(count);
    }
  });

  it('is the same for the same question again, which is prepared', async () => {
    const [path = ''] = paths;
    const texts = async () => {
      const statements = await statementsOf(() => service.http.get(`${path}/annotations`));
      return statements.map(({ sql }) => sql);
    };

    expect(await texts()).toEqual(await texts());
    const prepared = await service.dataSource.query<{ statement: string }[]>(
      `SELECT statement FROM pg_prepared_statements WHERE name LIKE 'loupe%'`,
    );
    expect(prepared.length).toBeGreaterThan(0);
    // A plan for all labels would be one that reads all images.
    for (const { statement } of prepared) expect(statement).not.toMatch(/image_instruments/);
  });
});

function post(path: string) {
  return service.http.post(path).send(annotationFields());
}

function put(path: string) {
  return service.http.put(path).send(annotationFields());
}
