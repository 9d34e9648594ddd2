import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { type TestApp, startApp } from '../helpers/app.js';
import { nameComment } from '../helpers/comments.js';
import { Contract } from '../helpers/contract.js';
import { emptyDatabase } from '../helpers/empty-database.js';
import { Examples, valueOf } from '../helpers/examples.js';
import { type OpenApi, operationsOf } from '../helpers/openapi.js';

const RECORDS = ['createUser', 'createLocation'];
const IMAGE = [...RECORDS, 'createImage'];
const PICTURE = [...IMAGE, 'putFile'];
const COMMENT = [...IMAGE, 'createComment'];

/** Every operation, the status of its examples, and the examples that a reader has tried before. */
const SCENARIO: readonly [operationId: string, success: number, earlier: readonly string[]][] = [
  ['createUser', 201, []],
  ['listUsers', 200, ['createUser']],
  ['getUser', 200, ['createUser']],
  ['replaceUser', 200, ['createUser']],
  ['patchUser', 200, ['createUser']],
  ['deleteUser', 204, ['createUser']],
  ['createLocation', 201, []],
  ['listLocations', 200, ['createLocation']],
  ['getLocation', 200, ['createLocation']],
  ['replaceLocation', 200, ['createLocation']],
  ['patchLocation', 200, ['createLocation']],
  ['deleteLocation', 204, ['createLocation']],
  ['createImage', 201, RECORDS],
  ['createImages', 200, RECORDS],
  ['listImages', 200, IMAGE],
  ['getImage', 200, IMAGE],
  ['patchImage', 200, IMAGE],
  ['putFile', 200, PICTURE],
  ['getFile', 200, PICTURE],
  ['deleteFile', 204, PICTURE],
  ['addAnnotation', 201, IMAGE],
  ['listAnnotations', 200, PICTURE],
  ['replaceAnnotations', 200, IMAGE],
  ['editAnnotations', 200, IMAGE],
  ['getAnnotation', 200, IMAGE],
  ['replaceAnnotation', 200, IMAGE],
  ['deleteAnnotation', 204, IMAGE],
  ['listAnnotationVersions', 200, [...IMAGE, 'replaceAnnotation']],
  ['diffAnnotationVersions', 200, [...IMAGE, 'replaceAnnotation']],
  ['restoreAnnotation', 200, [...IMAGE, 'replaceAnnotation']],
  ['getReview', 200, [...IMAGE, 'setReview']],
  ['setReview', 200, IMAGE],
  ['createComment', 201, IMAGE],
  ['listComments', 200, COMMENT],
  ['getComment', 200, COMMENT],
  ['patchComment', 200, COMMENT],
  ['deleteComment', 204, COMMENT],
  ['listInstruments', 200, IMAGE],
  ['createInstrument', 201, []],
  ['getInstrument', 200, IMAGE],
  ['patchInstrument', 200, IMAGE],
  ['deleteInstrument', 204, [...IMAGE, 'deleteAnnotation']],
  ['listAllInstrumentChanges', 200, [...IMAGE, 'patchInstrument']],
  ['listInstrumentChanges', 200, [...IMAGE, 'patchInstrument']],
  ['deleteImage', 204, IMAGE],
  ['restoreImage', 200, [...IMAGE, 'deleteImage']],
  ['redirectToInformation', 303, PICTURE],
  ['getInformation', 200, PICTURE],
  ['getPicture', 200, PICTURE],
  ['listManifest', 200, PICTURE],
  ['getManifest', 200, PICTURE],
  ['getAnnotationPage', 200, PICTURE],
  ['getWebAnnotation', 200, PICTURE],
  ['createApiKey', 201, []],
  ['listApiKeys', 200, ['createApiKey']],
  ['getApiKey', 200, []],
  ['revokeApiKey', 204, []],
  ['listAuditLog', 200, ['createApiKey']],
  ['listProblems', 200, []],
  ['getProblem', 200, []],
  ['getLiveness', 200, []],
  ['getReadiness', 200, []],
];

/** What parameters make of an answer that is another one without them. */
const STATUS_WITH: Readonly<Record<string, number>> = { Range: 206, validate: 200 };

describe('/openapi.json', () => {
  let service: TestApp;
  let document: OpenApi;
  let examples: Examples;

  beforeAll(async () => {
    service = await startApp();
    document = (await service.http.get('/openapi.json')).body as OpenApi;
    examples = await Examples.of(document, service.http);
  });
  afterAll(() => service.close());

  const operations = () => [...operationsOf(document)];

  describe('as a whole', () => {
    it('gives every operation a name of its own, a summary, a description and a known tag', () => {
      const names = operations().map(({ operation }) => operation.operationId);
      expect(new Set(names).size).toBe(names.length);
      const tags = document.tags.map(({ name }) => name);
      for (const { operation } of operations()) {
        expect(operation.operationId).toMatch(/^[a-z]+[A-Z][A-Za-z]+$/);
        expect(operation.summary).toMatch(/^[A-Z]/);
        expect(operation.description).toMatch(/^[A-Z`]/);
        expect(operation.tags.filter((tag) => tags.includes(tag))).toHaveLength(1);
      }
    });

    it('describes every parameter, and has an example of it', () => {
      for (const { operation } of operations())
        for (const parameter of examples.parametersOf(operation)) {
          const { name, description, example } = parameter;
          const found = { operation: operation.operationId, name, description };
          expect(found).toMatchObject({ description: expect.stringMatching(/./) });
          expect({ ...found, example: example ?? valueOf(parameter) }).not.toMatchObject({
            example: undefined,
          });
        }
    });

    it('says of every operation whether it asks who calls, and that a key or a token tells it, or nothing with AUTH=off', () => {
      for (const { operation } of operations()) {
        const isPublic = ['problems', 'operation'].includes(operation.tags[0]!);
        const security = isPublic ? [] : [{}, { ApiKey: [] }, { Bearer: [] }];
        const { operationId } = operation;
        expect({ operationId, security: operation.security }).toEqual({ operationId, security });
      }
    });

    it('uses everything that it defines', () => {
      const text = JSON.stringify(document);
      const { securitySchemes, ...referenced } = document.components;
      for (const name of Object.keys(securitySchemes ?? {}))
        expect(text).toContain(`{"${name}":[]}`);
      for (const [kind, components] of Object.entries(referenced))
        for (const name of Object.keys(components))
          expect(text).toContain(
            kind === 'securitySchemes' ? `{"${name}":[` : `"#/components/${kind}/${name}"`,
          );
    });

    it('keeps nothing of the tools that made it', () => {
      const text = JSON.stringify(document);
      for (const artefact of ['"nullable"', '"example":{"$ref', '"Object"', 'Reply', '"x-'])
        expect(text).not.toContain(artefact);
    });

    it('has an example for every JSON body, which its schema accepts', () => {
      const contract = new Contract(document);
      for (const { template, method, operation } of operations()) {
        const base = `#/paths/${template.replaceAll('/', '~1')}/${method}`;
        const bodies = [
          { at: `${base}/requestBody`, content: operation.requestBody?.content },
          ...Object.entries(operation.responses).map(([status, { content }]) => ({
            at: `${base}/responses/${status}`,
            content,
          })),
        ];
        for (const { at, content } of bodies)
          for (const [type, media] of Object.entries(content ?? {})) {
            if (!type.endsWith('json')) continue;
            const values = Object.values(media.examples ?? { only: { value: media.example } });
            expect(values).not.toHaveLength(0);
            const schema = `${at}/content/${type.replaceAll('/', '~1')}/schema`;
            for (const { value } of values)
              expect({ at, faults: contract.faultsOfSchema(schema, value) }).toEqual({
                at,
                faults: [],
              });
          }
      }
    });
  });

  describe('whose examples work', () => {
    it('has a place for every operation in the scenario', () => {
      const names = operations().map(({ operation }) => operation.operationId);
      expect(SCENARIO.map(([operationId]) => operationId).sort()).toEqual(names.sort());
    });

    it.each(SCENARIO)('%s answers %i', async (operationId, success, earlier) => {
      for (const request of examples.requestsOf(operationId)) {
        await beginAnew();
        for (const other of earlier) await examples.send(other).expect(wasDone);
        await nameComment(service.dataSource);
        const { status, text } = await examples.send(operationId, request);
        const answer = { request: request.name, status };
        const expected = STATUS_WITH[request.parameter?.name ?? ''] ?? success;
        expect({ ...answer, text }).toMatchObject({ request: request.name, status: expected });
      }
    });

    it.each(['createUser', 'createLocation', 'createImage'])(
      'and show what %s answers',
      async (operationId) => {
        await beginAnew();
        for (const other of earlierThan(operationId)) await examples.send(other).expect(wasDone);
        const { body } = await examples.send(operationId);
        const { operation } = examples.find(operationId);
        const shown = operation.responses['201']?.content?.['application/json']?.example;
        expect(withoutChance(body)).toEqual(withoutChance(shown));
      },
    );

    it('and takes the digest of the very bytes that are sent', async () => {
      await beginAnew();
      for (const other of IMAGE) await examples.send(other).expect(wasDone);
      const digest = createHash('sha256').update(examples.picture).digest('base64');
      await examples.send('putFile').set('Content-Digest', `sha-256=:${digest}:`).expect(201);
    });
  });

  async function beginAnew(): Promise<void> {
    await emptyDatabase(service.dataSource);
    await service.dataSource.query('DELETE FROM api_keys');
    await aKeyWithThePrefix('k7m2q9x4ab');
  }

  /** The server chooses prefixes, and the examples can name only one that is there. */
  async function aKeyWithThePrefix(prefix: string): Promise<void> {
    await service.dataSource.query(
      `INSERT INTO api_keys (prefix, name, secret_sha256, role, created_at) VALUES ($1, $1, '', 'viewer', now())`,
      [prefix],
    );
  }
});

function earlierThan(operationId: string): readonly string[] {
  return SCENARIO.find(([name]) => name === operationId)![2];
}

function wasDone({ status, text }: Response): void {
  if (status >= 300) throw new Error(`an example of the scenario answers ${status} ${text}`);
}

/** The answer without what differs every time, and without the file that a record may not have yet. */
function withoutChance(body: unknown): unknown {
  const skipped = /^(received_at|updated_at|file|created_at)$/;
  return JSON.parse(
    JSON.stringify(body, (name, value: unknown) => (skipped.test(name) ? undefined : value)),
  );
}
