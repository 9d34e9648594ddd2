import type { Response } from 'supertest';
import type { Environment } from '../../src/config/environment.js';
import type { Http } from './app.js';
import type { Examples } from './examples.js';
import { drawPicture, svg, truncated } from './pictures.js';

const IMAGE = '/images/tray-7%2Ffront';
const BOX = {
  instrument: 'tray',
  polygon: {
    points: [
      [1, 1],
      [20, 20],
    ],
  },
};

export interface Provocation {
  /** Examples of the document that are sent before, in this order. */
  earlier?: readonly string[];
  settings?: Partial<Environment>;
  provoke: (http: Http, examples: Examples) => PromiseLike<Response>;
}

const RECORDS = ['createUser', 'createLocation'];
const CAPTURED = [...RECORDS, 'createImage'];
export const PICTURE = [...CAPTURED, 'putFile'];

function changeOf(operationId: string, earlier: readonly string[]): Provocation {
  return { earlier, provoke: (_, examples) => examples.send(operationId).set('If-Match', '"0"') };
}

function again(operationId: string, earlier: readonly string[]): Provocation {
  return {
    earlier: [...earlier, operationId],
    provoke: (_, examples) => examples.send(operationId),
  };
}

function missing(operationId: string): Provocation {
  return { provoke: (_, examples) => examples.send(operationId) };
}

function putting(
  file: () => Promise<Buffer> | Buffer,
  settings?: Partial<Environment>,
): Provocation {
  return {
    earlier: CAPTURED,
    ...(settings && { settings }),
    provoke: async (http) =>
      http
        .put(`${IMAGE}/file`)
        .type('image/jpeg')
        .send(await file()),
  };
}

const aPicture = () => drawPicture({ format: 'jpeg', width: 64, height: 48 });

/** How each problem comes about. */
export const PROVOCATIONS: Readonly<Record<string, Provocation>> = {
  'invalid-request': { provoke: (http) => http.get('/users?limit=501') },
  'malformed-json': { provoke: (http) => http.post('/users').type('json').send('{"id": "ada"') },
  'malformed-path': { provoke: (http) => http.get('/users/%zz') },
  'content-digest-mismatch': {
    earlier: CAPTURED,
    provoke: (_, examples) =>
      examples.send('putFile').set('Content-Digest', `sha-256=:${'A'.repeat(43)}=:`),
  },
  'scale-too-large': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file?scale=100`),
  },
  'rendition-too-large': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file?width=9000&enlarge=true`),
  },
  'rendition-too-heavy': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file?max_bytes=10`),
  },
  'no-picture-found': {
    earlier: CAPTURED,
    provoke: (http) => http.get('/iiif/presentation/3/manifest'),
  },
  'picture-version-not-found': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file?v=${'0'.repeat(64)}`),
  },
  'another-representation': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file`).set('If-Match', '"other"'),
  },
  'range-not-satisfiable': {
    earlier: PICTURE,
    provoke: (http) => http.get(`${IMAGE}/file`).set('Range', 'bytes=99999999-'),
  },
  'route-not-found': { provoke: (http) => http.get('/pictures') },
  'image-not-found': missing('getImage'),
  'picture-not-found': { earlier: CAPTURED, provoke: (_, examples) => examples.send('getFile') },
  'annotation-not-found': {
    earlier: [...CAPTURED, 'deleteAnnotation'],
    provoke: (_, examples) => examples.send('getAnnotation'),
  },
  'annotation-version-not-found': {
    earlier: CAPTURED,
    provoke: (http) => http.get(`${IMAGE}/annotations/0/history/diff?from=7`),
  },
  'user-not-found': missing('getUser'),
  'location-not-found': missing('getLocation'),
  'problem-not-found': { provoke: (http) => http.get('/problems/nonsense') },
  'image-exists': {
    earlier: CAPTURED,
    provoke: (http) =>
      http
        .post('/images')
        .send({ image_key: 'tray-7/front', client_id: 'a', created_at: '2026-03-01T08:30:00Z' }),
  },
  'image-in-trash': {
    earlier: [...CAPTURED, 'deleteImage'],
    provoke: (_, examples) => examples.send('createImage'),
  },
  'image-not-in-trash': {
    earlier: CAPTURED,
    provoke: (_, examples) => examples.send('restoreImage'),
  },
  'annotation-exists': {
    earlier: CAPTURED,
    provoke: (http) => http.post(`${IMAGE}/annotations`).send({ ...BOX, index: 0 }),
  },
  'too-many-annotations': {
    earlier: CAPTURED,
    provoke: async (http) => {
      const annotations = Array.from({ length: 2_000 }, () => BOX);
      await http.put(`${IMAGE}/annotations`).send({ annotations }).expect(200);
      return http.post(`${IMAGE}/annotations`).send(BOX);
    },
  },
  'no-next-index': {
    earlier: CAPTURED,
    provoke: async (http) => {
      await http
        .post(`${IMAGE}/annotations`)
        .send({ ...BOX, index: 2_147_483_647 })
        .expect(201);
      return http.post(`${IMAGE}/annotations`).send(BOX);
    },
  },
  'api-key-not-found': missing('getApiKey'),
  'api-key-exists': again('createApiKey', []),
  'user-exists': again('createUser', []),
  'user-in-use': { earlier: CAPTURED, provoke: (_, examples) => examples.send('deleteUser') },
  'location-exists': again('createLocation', []),
  'location-in-use': {
    earlier: CAPTURED,
    provoke: (_, examples) => examples.send('deleteLocation'),
  },
  'instrument-not-found': missing('getInstrument'),
  'instrument-exists': again('createInstrument', []),
  'instrument-in-use': {
    earlier: CAPTURED,
    provoke: (http) => http.delete('/instruments/needle%20holder'),
  },
  'instrument-changed': changeOf('patchInstrument', CAPTURED),
  'unknown-instrument': {
    settings: { instruments: 'closed' },
    provoke: async (http) => {
      const image = { image_key: 'a', client_id: 'a', created_at: '2026-03-01T08:30:00Z' };
      await http.post('/images').send(image).expect(201);
      return http.post('/images/a/annotations').send(BOX);
    },
  },
  'image-changed': changeOf('patchImage', CAPTURED),
  'comment-not-found': {
    earlier: CAPTURED,
    provoke: (_, examples) => examples.send('getComment'),
  },
  'unknown-annotation': {
    earlier: CAPTURED,
    provoke: (http) =>
      http.post(`${IMAGE}/comments`).send({ text: 'Which one?', annotation_index: 7 }),
  },
  'comment-changed': {
    earlier: CAPTURED,
    provoke: async (http) => {
      const { headers } = await http.post(`${IMAGE}/comments`).send({ text: 'First' }).expect(201);
      return http.delete(String(headers.location)).set('If-Match', '"0"');
    },
  },
  'impossible-review-step': {
    earlier: CAPTURED,
    provoke: (http) => http.put(`${IMAGE}/review`).send({ review_state: 'accepted' }),
  },
  'picture-changed': changeOf('putFile', PICTURE),
  'annotation-changed': changeOf('replaceAnnotation', CAPTURED),
  'annotation-set-changed': changeOf('replaceAnnotations', CAPTURED),
  'annotation-conflict': {
    earlier: CAPTURED,
    provoke: async (http) => {
      const edit = (instrument: string) => ({
        base_version: 1,
        replace: [{ ...BOX, instrument, index: 0 }],
      });
      await http.patch(`${IMAGE}/annotations`).send(edit('theirs')).expect(200);
      return http.patch(`${IMAGE}/annotations`).send(edit('mine'));
    },
  },
  'unknown-base-version': {
    earlier: CAPTURED,
    provoke: (http) => http.patch(`${IMAGE}/annotations`).send({ base_version: 9 }),
  },
  'user-changed': changeOf('replaceUser', ['createUser']),
  'location-changed': changeOf('deleteLocation', ['createLocation']),
  'body-too-large': {
    provoke: (http) => http.post('/users').send({ id: 'a'.repeat(1_000_001) }),
  },
  'file-too-large': putting(() => Buffer.alloc(2_000), { maxUploadBytes: 1_024 }),
  'too-many-pixels': putting(aPicture, { maxPixels: 1_000 }),
  'unsupported-media-type': { provoke: (http) => http.post('/users').type('text').send('ada') },
  'unsupported-picture': putting(svg),
  'undecodable-picture': putting(async () => truncated(await aPicture(), 60)),
  'impossible-geometry': {
    earlier: PICTURE,
    provoke: (http) =>
      http.post(`${IMAGE}/annotations`).send({
        instrument: 'tray',
        polygon: {
          points: [
            [1, 1],
            [900, 9],
          ],
        },
      }),
  },
  'annotations-outside-picture': putting(aPicture),
  'unknown-reference': missing('createImage'),
  'idempotency-key-reused': {
    provoke: async (_, examples) => {
      await examples.send('createUser').set('Idempotency-Key', 'k').expect(201);
      return examples.send('createLocation').set('Idempotency-Key', 'k');
    },
  },
  'rate-limited': {
    settings: { rateLimit: '1' },
    provoke: async (http) => {
      await http.get('/users').expect(200);
      return http.get('/users');
    },
  },
  'precondition-required': {
    earlier: ['createUser'],
    settings: { requireIfMatch: true },
    provoke: (_, examples) => examples.send('patchUser'),
  },
};

/** Faults of the machine and of the network, which other specs bring about where they can. */
export const NOT_PROVOKED = [
  'credential-required',
  'credential-refused',
  'role-missing',
  'client-bound',
  'client-forbidden',
  'key-exceeds-caller',
  'own-submission',
  'not-the-author',
  'issuer-unavailable',
  'malformed-request',
  'header-too-large',
  'header-too-slow',
  'expectation-failed',
  'incomplete-body',
  'internal-error',
  'overloaded',
  'database-unavailable',
  'draining',
  'storage-unavailable',
  'not-ready',
  'storage-full',
];
