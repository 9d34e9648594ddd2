import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type IncomingMessage, request as open } from 'node:http';
import { text as textOf } from 'node:stream/consumers';
import type { Response } from 'supertest';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { aKey, aRevokedKey, withKey, withToken } from '../helpers/credentials.js';
import { emptyDatabase } from '../helpers/empty-database.js';
import { Examples } from '../helpers/examples.js';
import { anIssuer, type Issuer } from '../helpers/issuer.js';
import { type OpenApi, operationsOf } from '../helpers/openapi.js';
import { expectProblem } from '../helpers/problems.js';
import { expectNoChange } from '../helpers/service-state.js';

const ROLES = ['viewer', 'annotator', 'capturer', 'admin'] as const;
type Role = (typeof ROLES)[number];
type Headers = Record<string, string>;

interface Row {
  /** The lowest role that is let in; public: everybody is. */
  role: Role | 'public';
  /** Callers who are bound to clients are not let in. */
  unbound?: true;
  /** What a caller who is let in is answered, to the document's example. */
  success: number;
  /** Examples that are sent before, as in a reader's first quarter of an hour. */
  earlier?: readonly string[];
}

const RECORDS = ['createUser', 'createLocation'];
const IMAGE = [...RECORDS, 'createImage'];
const PICTURE = [...IMAGE, 'putFile'];

/** Who may call which operation. An operation without a row fails the build. */
const ROWS: Readonly<Record<string, Row>> = {
  listUsers: { role: 'viewer', success: 200 },
  getUser: { role: 'viewer', success: 200, earlier: RECORDS },
  createUser: { role: 'admin', success: 201 },
  replaceUser: { role: 'admin', unbound: true, success: 200, earlier: RECORDS },
  patchUser: { role: 'admin', unbound: true, success: 200, earlier: RECORDS },
  deleteUser: { role: 'admin', unbound: true, success: 204, earlier: RECORDS },
  listLocations: { role: 'viewer', success: 200 },
  getLocation: { role: 'viewer', success: 200, earlier: RECORDS },
  createLocation: { role: 'admin', success: 201 },
  replaceLocation: { role: 'admin', unbound: true, success: 200, earlier: RECORDS },
  patchLocation: { role: 'admin', unbound: true, success: 200, earlier: RECORDS },
  deleteLocation: { role: 'admin', unbound: true, success: 204, earlier: RECORDS },
  listImages: { role: 'viewer', success: 200, earlier: IMAGE },
  getImage: { role: 'viewer', success: 200, earlier: IMAGE },
  createImages: { role: 'capturer', success: 200, earlier: RECORDS },
  createImage: { role: 'capturer', success: 201, earlier: RECORDS },
  patchImage: { role: 'admin', success: 200, earlier: IMAGE },
  deleteImage: { role: 'admin', success: 204, earlier: IMAGE },
  restoreImage: { role: 'admin', success: 200, earlier: [...IMAGE, 'deleteImage'] },
  getFile: { role: 'viewer', success: 200, earlier: PICTURE },
  putFile: { role: 'capturer', success: 201, earlier: IMAGE },
  deleteFile: { role: 'admin', success: 204, earlier: PICTURE },
  listAnnotations: { role: 'viewer', success: 200, earlier: IMAGE },
  getAnnotation: { role: 'viewer', success: 200, earlier: IMAGE },
  addAnnotation: { role: 'annotator', success: 201, earlier: IMAGE },
  editAnnotations: { role: 'annotator', success: 200, earlier: IMAGE },
  replaceAnnotations: { role: 'annotator', success: 200, earlier: IMAGE },
  replaceAnnotation: { role: 'annotator', success: 200, earlier: IMAGE },
  deleteAnnotation: { role: 'annotator', success: 204, earlier: IMAGE },
  listAnnotationVersions: { role: 'viewer', success: 200, earlier: IMAGE },
  diffAnnotationVersions: { role: 'viewer', success: 200, earlier: IMAGE },
  restoreAnnotation: { role: 'annotator', success: 200, earlier: [...IMAGE, 'deleteAnnotation'] },
  getReview: { role: 'viewer', success: 200, earlier: IMAGE },
  setReview: { role: 'annotator', success: 200, earlier: IMAGE },
  listComments: { role: 'viewer', success: 200, earlier: IMAGE },
  createComment: { role: 'annotator', success: 201, earlier: IMAGE },
  // The example's comment does not exist, either.
  getComment: { role: 'viewer', success: 404, earlier: IMAGE },
  patchComment: { role: 'annotator', success: 404, earlier: IMAGE },
  deleteComment: { role: 'annotator', success: 404, earlier: IMAGE },
  listInstruments: { role: 'viewer', success: 200, earlier: IMAGE },
  createInstrument: { role: 'admin', success: 201 },
  getInstrument: { role: 'viewer', success: 200, earlier: IMAGE },
  patchInstrument: { role: 'admin', unbound: true, success: 200, earlier: IMAGE },
  deleteInstrument: {
    role: 'admin',
    unbound: true,
    success: 204,
    earlier: [...IMAGE, 'deleteAnnotation'],
  },
  listAllInstrumentChanges: { role: 'viewer', unbound: true, success: 200 },
  listInstrumentChanges: { role: 'admin', unbound: true, success: 200, earlier: IMAGE },
  createApiKey: { role: 'admin', success: 201 },
  listApiKeys: { role: 'admin', success: 200 },
  // The example's key does not exist: who may ask, is told so.
  getApiKey: { role: 'admin', success: 404 },
  revokeApiKey: { role: 'admin', success: 404 },
  listAuditLog: { role: 'admin', success: 200 },
  redirectToInformation: { role: 'viewer', success: 303, earlier: PICTURE },
  getInformation: { role: 'viewer', success: 200, earlier: PICTURE },
  getPicture: { role: 'viewer', success: 200, earlier: PICTURE },
  listManifest: { role: 'viewer', success: 200, earlier: PICTURE },
  getManifest: { role: 'viewer', success: 200, earlier: PICTURE },
  getAnnotationPage: { role: 'viewer', success: 200, earlier: PICTURE },
  getWebAnnotation: { role: 'viewer', success: 200, earlier: PICTURE },
  listProblems: { role: 'public', success: 200 },
  getProblem: { role: 'public', success: 200 },
  getLiveness: { role: 'public', success: 200 },
  getReadiness: { role: 'public', success: 200 },
};

describe('with AUTH=on', () => {
  let issuer: Issuer;
  let service: TestApp;
  let admin: Http;
  let examples: Examples;
  let anonymous: Examples;
  let document: OpenApi;
  /** Refused with 401, by what they are. */
  const refused: Record<string, Headers> = {};
  const keys = {} as Record<Role, string>;
  const tokens = {} as Record<Role, string>;
  let bound: string;

  beforeAll(async () => {
    issuer = await anIssuer();
    service = await startApp(issuer.settings);
    for (const role of ROLES) {
      keys[role] = await aKey(service, { role });
      tokens[role] = await issuer.token({ roles: [role] });
    }
    bound = await aKey(service, { clientIds: ['st-james'] });
    admin = service.httpWith(withKey(keys.admin));
    document = (await service.http.get('/openapi.json')).body as OpenApi;
    examples = await Examples.of(document, admin);
    anonymous = await Examples.of(document, service.http);

    const key = keys.admin;
    Object.assign(refused, {
      'a key of garbage': withKey('garbage'),
      'a key whose secret is wrong': withKey(`${key.slice(0, -1)}${key.endsWith('A') ? 'B' : 'A'}`),
      'a key without its secret': withKey(key.slice(0, key.lastIndexOf('_'))),
      'a key that nobody made': withKey(key.replace(/_[^_]+_/, '_aaaaaaaaaa_')),
      'a key that has expired': withKey(
        await aKey(service, { expiresAt: new Date(Date.now() - 1_000) }),
      ),
      'a key that was revoked': withKey(await aRevokedKey(service)),
      'a key as a token': withToken(key),
      'a scheme of its own': { Authorization: `Basic ${Buffer.from('a:b').toString('base64')}` },
      'a scheme without a token': { Authorization: 'Bearer' },
    });
    for (const [name, token] of Object.entries(await issuer.badTokens()))
      refused[`a token ${name}`] = withToken(token);
    // Its use is noted to the minute: once now, so that later uses change nothing.
    for (const text of [...Object.values(keys), bound])
      await service.httpWith(withKey(text)).get('/users').expect(200);
  });
  afterAll(async () => {
    await service.close();
    await issuer.close();
  });

  it('meets a matrix that has a row for every operation of the document, and no other', () => {
    const operations = [...operationsOf(document)].map(({ operation }) => operation.operationId);
    expect(operations.sort()).toEqual(Object.keys(ROWS).sort());
  });

  it('documents the role of every operation, and what it takes to prove it', () => {
    for (const { operation } of operationsOf(document)) {
      const { role, unbound } = ROWS[operation.operationId]!;
      const { security = [], description = '' } = operation as { security?: object[] } & {
        description?: string;
      };
      expect({ role, schemes: security.map((way) => Object.keys(way)).flat() }).toEqual({
        role,
        schemes: role === 'public' ? [] : ['ApiKey', 'Bearer'],
      });
      if (role !== 'public')
        expect(description).toContain(`Role: ${role}${unbound ? ', not bound to clients' : ''}.`);
    }
  });

  describe.each(Object.entries(ROWS))('%s', (operationId, { role, unbound, success, earlier }) => {
    if (role === 'public') {
      it('answers everybody, whatever they say of themselves', async () => {
        for (const headers of [{}, withKey('garbage'), withToken('garbage')])
          expect((await sent(operationId, headers)).status).toBe(success);
      });
      return;
    }

    it('answers 401 to who says nothing of himself and to every credential that is not valid', async () => {
      await expectNoChange(service, async () => {
        expectProblem(await sent(operationId, {}), 401, 'credential-required');
        for (const [name, headers] of Object.entries(refused)) {
          const answer = await sent(operationId, headers);
          expect({ name, status: answer.status }).toEqual({ name, status: 401 });
          expectProblem(answer, 401, 'credential-refused');
        }
      });
    });

    it('answers 400 to two credentials at once, although both are good', async () => {
      const both = { ...withKey(keys.admin), ...withToken(tokens.admin) };
      const answer = await expectNoChange(service, async () => sent(operationId, both));
      expectProblem(answer, 400, 'invalid-request', [{ header: 'Authorization' }]);
    });

    const below = ROLES.slice(0, ROLES.indexOf(role));
    it('answers 403 to every lower role, and to a token without one', async () => {
      await expectNoChange(service, async () => {
        for (const lower of below) {
          expectProblem(await sent(operationId, withKey(keys[lower])), 403, 'role-missing');
          expectProblem(await sent(operationId, withToken(tokens[lower])), 403, 'role-missing');
        }
        const without = withToken(await issuer.token({ roles: ['stranger'] }));
        expectProblem(await sent(operationId, without), 403, 'role-missing');
      });
    });

    it('refuses before a byte of the body has come', async () => {
      const answer = await headOnly(operationId, {});
      expect(answer.status).toBe(401);
      const [lower] = below;
      if (lower) expect((await headOnly(operationId, withKey(keys[lower]))).status).toBe(403);
    });

    if (unbound)
      it('answers 403 to an admin who is bound to clients', async () => {
        const answer = await expectNoChange(service, async () => sent(operationId, withKey(bound)));
        expectProblem(answer, 403, 'client-bound');
      });

    it('lets in its role and every higher one', async () => {
      for (const allowed of ROLES.slice(ROLES.indexOf(role)))
        for (const headers of [withKey(keys[allowed]), withToken(tokens[allowed])]) {
          await beginAnew();
          for (const other of earlier ?? []) await examples.send(other).expect(wasDone);
          const answer = await sent(operationId, headers);
          const { status, text } = answer;
          expect({ allowed, status, text }).toMatchObject({ allowed, status: success });
        }
    });
  });

  it('answers 404 to an unknown route without asking who calls', async () => {
    expectProblem(await service.http.get('/pictures'), 404, 'route-not-found');
  });

  /** The document's example of an operation, with these headers and no others. */
  async function sent(operationId: string, headers: Headers): Promise<Response> {
    return anonymous.send(operationId).set(headers);
  }

  /** Sends nothing but the head of a request that declares a body. */
  async function headOnly(operationId: string, headers: Headers): Promise<{ status: number }> {
    const { method, template } = examples.find(operationId);
    const path = template.replaceAll(/\{[^}]+\}/g, '0');
    const body = ['post', 'put', 'patch'].includes(method)
      ? { 'Content-Type': 'application/json', 'Content-Length': '1000000' }
      : {};
    const request = open(`${service.url}${path}`, { method, headers: { ...headers, ...body } });
    request.on('error', () => undefined);
    request.flushHeaders();
    const [answer] = (await once(request, 'response')) as [IncomingMessage];
    const { statusCode = 0 } = answer;
    const length = Number(answer.headers['content-length']);
    expect(length).toBeGreaterThan(0);
    answer.once('error', () => undefined);
    void textOf(answer).catch(() => undefined);
    request.destroy();
    return { status: statusCode };
  }

  async function beginAnew(): Promise<void> {
    await emptyDatabase(service.dataSource);
    await service.dataSource.query(`DELETE FROM api_keys WHERE name NOT LIKE 'key-%'`);
  }
});

function wasDone({ status, text }: Response): void {
  if (status >= 300) throw new Error(`an example of the scenario answers ${status} ${text}`);
}
