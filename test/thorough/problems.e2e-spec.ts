import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PROBLEMS } from '../../src/documentation/problem-catalogue.js';
import type { Environment } from '../../src/config/environment.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { nameComment } from '../helpers/comments.js';
import { emptyDatabase } from '../helpers/empty-database.js';
import { Examples } from '../helpers/examples.js';
import { type OpenApi, operationsOf } from '../helpers/openapi.js';
import { expectProblem } from '../helpers/problems.js';
import { NOT_PROVOKED, PICTURE, PROVOCATIONS } from '../helpers/provocations.js';

describe('problems', () => {
  const services = new Map<string, Promise<TestApp>>();
  let service: TestApp;
  let document: OpenApi;

  beforeAll(async () => {
    service = await serviceWith({});
    document = (await service.http.get('/openapi.json')).body as OpenApi;
  });
  afterAll(async () => {
    for (const started of services.values()) await (await started).close();
  });

  it('are provoked here, or named as those that are not', () => {
    const codes = [...Object.keys(PROVOCATIONS), ...NOT_PROVOKED];
    expect(codes.sort()).toEqual(Object.keys(PROBLEMS).sort());
  });

  it.each(Object.entries(PROVOCATIONS))(
    '%s is answered as the catalogue shows it',
    async (code, { earlier = [], settings = {}, provoke }) => {
      const { http, dataSource } = await serviceWith(settings);
      await emptyDatabase(dataSource);
      await dataSource.query('DELETE FROM api_keys');
      const examples = await Examples.of(document, http);
      for (const other of earlier) expect((await examples.send(other)).status).toBeLessThan(300);
      const answer = await provoke(http, examples);
      const entry = PROBLEMS[code]!;
      expectProblem(answer, entry.status, code);
      const { detail, errors, ...members } = answer.body;
      expect(shapeOf(detail)).toBe(shapeOf(entry.example));
      expect(faultShape(errors)).toEqual(faultShape(entry.errors));
      expect(Object.keys(members).sort()).toEqual(
        ['instance', 'status', 'title', 'type', ...Object.keys(entry.members ?? {})].sort(),
      );
    },
  );

  it('are answered by every operation that is asked with a parameter it does not know', async () => {
    const examples = await Examples.of(document, service.http);
    for (const other of [...PICTURE, 'createComment']) await examples.send(other);
    await nameComment(service.dataSource);
    for (const { method, template, operation } of operationsOf(document)) {
      const parameters = examples.parametersOf(operation);
      for (const other of PICTURE) await examples.send(other);
      const path = template.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
        encodeURIComponent(String(parameters.find((one) => one.name === name)?.example)),
      );
      const answer = await service.http[method](`${path}?nonsense=1`);
      expectProblem(answer, 400, 'invalid-request');
      expect(answer.body.errors).toContainEqual({
        parameter: 'nonsense',
        detail: expect.stringMatching(/./),
      });
    }
  });

  it.each(['get', 'put', 'patch', 'delete'] as const)(
    'are answered 404 by every %s of something that is not there',
    async (method) => {
      await emptyDatabase(service.dataSource);
      for (const { method: one, template } of operationsOf(document)) {
        if (one !== method || !template.includes('{')) continue;
        const path = template.replaceAll(/\{[^}]+\}/g, '7');
        expect({ path, status: (await service.http[method](path)).status }).toEqual({
          path,
          status: 404,
        });
      }
    },
  );

  describe('are explained', () => {
    it('at /problems, each once', async () => {
      const { body } = await service.http.get('/problems').expect(200);
      const codes = (body as { code: string }[]).map(({ code }) => code);
      expect([...codes].sort()).toEqual(Object.keys(PROBLEMS).sort());
    });

    it('at the address that is their type', async () => {
      const problem = await service.http.get('/users/nobody').expect(404);
      const { body } = await service.http.get(problem.body.type).expect(200);
      const { type, title, status } = problem.body;
      expect(body).toMatchObject({ code: 'user-not-found', type, title, status });
    });

    it.each(['nonsense', '__proto__', 'toString', '%20'])('but not %s', async (code) => {
      expectProblem(await service.http.get(`/problems/${code}`), 404, 'problem-not-found');
    });
  });

  /** One service for all provocations that need the same settings. */
  function serviceWith(settings: Partial<Environment>): Promise<TestApp> {
    const key = JSON.stringify(settings);
    const started = services.get(key) ?? startApp(settings);
    services.set(key, started);
    return started;
  }
});

/** A sentence without the names and numbers of the case. */
function shapeOf(sentence: string | undefined): string {
  return (sentence ?? '')
    .replaceAll(/ (\(and \d+ more\))/g, '')
    .replaceAll(/"[^"]*"/g, '"…"')
    .replaceAll(/\d+(\.\d+)?/g, '0')
    .replace(/(is not JSON: ).*$/, '$1…');
}

/** Where the first fault is said to be, and in which words. */
function faultShape(errors: readonly Record<string, string>[] | undefined) {
  const [first] = errors ?? [];
  return first && { in: Object.keys(first).sort(), detail: shapeOf(first.detail) };
}
