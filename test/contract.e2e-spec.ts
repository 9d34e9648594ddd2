import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './helpers/app.js';
import { Contract } from './helpers/contract.js';
import { aUser } from './helpers/records.js';

/** What the suite's judge of every answer must not let pass. */
describe('the contract', () => {
  let service: TestApp;
  let contract: Contract;
  let good: Response;

  beforeAll(async () => {
    service = await startApp();
    contract = new Contract((await service.http.get('/openapi.json')).body);
    const { id } = await aUser(service.http);
    good = await service.http.get(`/users/${id}`);
  });
  afterAll(() => service.close());

  interface Answer {
    method?: string;
    path?: string;
    status?: number;
    headers?: Record<string, string | undefined>;
    body?: unknown;
  }

  function judge({ method = 'get', path = '/users/ada', status = 200, headers, body }: Answer) {
    const sent = { ...(good.headers as Record<string, string>), ...headers };
    return () => contract.assertDocumented(method, path, status, sent, body ?? good.body);
  }

  it('takes what is documented', () => {
    expect(judge({})).not.toThrow();
    expect(judge({ body: Buffer.from(JSON.stringify(good.body)) })).not.toThrow();
  });

  it.each<[string, () => Answer, RegExp]>([
    ['another status', () => ({ status: 202 }), /status is not documented/],
    ['a missing header', () => ({ headers: { etag: undefined } }), /header etag is missing/],
    ['a header of another form', () => ({ headers: { etag: 'W/1' } }), /header etag is W\/1/],
    ['a header that is not documented', () => ({ headers: { link: '<a>' } }), /link is not/],
    ['another type', () => ({ headers: { 'content-type': 'text/html' } }), /type text\/html/],
    ['a missing field', () => ({ body: { ...good.body, role: undefined } }), /'role'/],
    ['another field', () => ({ body: { ...good.body, secret: 1 } }), /additional properties/],
    ['a field of another type', () => ({ body: { ...good.body, version: '1' } }), /version/],
    ['a body without one', () => ({ method: 'delete', status: 204 }), /no body is documented/],
    ['another route', () => ({ path: '/animals' }), /no such operation/],
    ['another problem', () => aProblem('user-exists'), /user-exists is not documented here/],
  ])('refuses %s', (_name, answer, reason) => {
    expect(judge(answer())).toThrow(reason);
  });

  function aProblem(code: string): Answer {
    const headers = { 'content-type': 'application/problem+json', etag: undefined };
    const body = { type: `/problems/${code}`, title: 'No', status: 404, instance: '1' };
    return { status: 404, headers, body };
  }
});
