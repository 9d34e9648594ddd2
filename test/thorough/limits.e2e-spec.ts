import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import type { Response } from 'supertest';
import { ImageFileService } from '../../src/images/image-file.service.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { gifOfManyFrames } from '../helpers/picture-bombs.js';
import type { Drawing } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { send, sendBeginning } from '../helpers/raw-http.js';
import { aPolygon, anImage, annotationFields, type Fields } from '../helpers/records.js';
import { imageFields, pathTo, userFields } from '../helpers/records.js';
import { aPhotograph, aPicture, getFile, postForm, putFile } from '../helpers/uploads.js';

const JSON_TYPE = { 'Content-Type': 'application/json' };

/** Each limit so low that both of its sides are cheap to try. */
const LIMITS = {
  maxUploadBytes: 20_000,
  maxPixels: 10_000,
  maxPixelsHeavy: 2_500,
  maxFrames: 5,
  maxOutputSide: 120,
  maxJsonBytes: 5_000,
  maxAnnotationSetBytes: 50_000,
  maxJsonDepth: 8,
  maxPolygonPoints: 10,
  maxAnnotations: 3,
  maxBatchImages: 4,
  maxHeaderBytes: 4_096,
  headerTimeoutMs: 1_200,
  uploadIdleTimeoutMs: 2_000,
};

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp(LIMITS);
  http = service.http;
});
afterAll(() => service.close());

interface Edge {
  /** The largest that is taken, and the smallest that is not. */
  taken: () => Promise<Response>;
  refused: () => Promise<Response>;
  status: number;
  code: string;
}

const postOf = (drawing: Partial<Drawing>) => async () => postForm(http, await aPicture(drawing));
const sized = (width: number, height: number, drawing: Partial<Drawing> = {}) =>
  postOf({ format: 'png', width, height, ...drawing });
const TOO_MANY_PIXELS = { status: 413, code: 'too-many-pixels' };
const TOO_LARGE = { status: 413, code: 'body-too-large' };
const INVALID = { status: 400, code: 'invalid-request' };

const postBatch = (length: number) =>
  http.post('/images/batch').send({ images: Array.from({ length }, () => imageFields()) });

const EDGES: [setting: string, what: string, edge: Edge][] = [
  [
    'MAX_BATCH_IMAGES',
    'a batch',
    { taken: async () => postBatch(4), refused: async () => postBatch(5), ...INVALID },
  ],
  [
    'MAX_UPLOAD_BYTES',
    'a file',
    { taken: upload(20_000), refused: upload(20_001), status: 413, code: 'file-too-large' },
  ],
  [
    'MAX_UPLOAD_BYTES',
    'a file in a form',
    {
      taken: async () => postForm(http, await pictureOf(20_000)),
      refused: async () => postForm(http, await pictureOf(20_001)),
      status: 413,
      code: 'file-too-large',
    },
  ],
  [
    'MAX_PIXELS',
    'a picture',
    { taken: sized(100, 100), refused: sized(73, 137), ...TOO_MANY_PIXELS },
  ],
  [
    'MAX_PIXELS_HEAVY',
    'a progressive JPEG',
    {
      taken: sized(50, 50, { format: 'jpeg', progressive: true }),
      refused: sized(41, 61, { format: 'jpeg', progressive: true }),
      ...TOO_MANY_PIXELS,
    },
  ],
  [
    'MAX_PIXELS_HEAVY',
    'an AVIF',
    {
      taken: sized(50, 50, { format: 'avif' }),
      refused: sized(41, 61, { format: 'avif' }),
      ...TOO_MANY_PIXELS,
    },
  ],
  [
    'MAX_FRAMES',
    'an animation',
    {
      taken: () => postForm(http, gifOfManyFrames(5)),
      refused: () => postForm(http, gifOfManyFrames(6)),
      ...TOO_MANY_PIXELS,
    },
  ],
  [
    'MAX_OUTPUT_SIDE',
    'a rendition',
    { taken: scaled(1.2), refused: scaled(1.21), status: 400, code: 'scale-too-large' },
  ],
  [
    'MAX_PIXELS',
    'a rendition',
    { taken: scaled(2, 50), refused: scaled(2.02, 50), status: 400, code: 'scale-too-large' },
  ],
  [
    'MAX_JSON_BYTES',
    'a resource',
    {
      taken: () => postJson('/users', userFields(), 5_000),
      refused: () => postJson('/users', userFields(), 5_001),
      ...TOO_LARGE,
    },
  ],
  [
    'MAX_ANNOTATION_SET_BYTES',
    'an image with its annotations',
    {
      taken: () => postJson('/images', imageFields(), 50_000),
      refused: () => postJson('/images', imageFields(), 50_001),
      ...TOO_LARGE,
    },
  ],
  ['MAX_POLYGON_POINTS', 'a polygon', { taken: polygonOf(10), refused: polygonOf(11), ...INVALID }],
  [
    'MAX_ANNOTATIONS',
    'a set',
    { taken: annotationSetOf(3), refused: annotationSetOf(4), ...INVALID },
  ],
  [
    'MAX_ANNOTATIONS',
    'an image to which one is added',
    { taken: another(2), refused: another(3), status: 409, code: 'too-many-annotations' },
  ],
  [
    'MAX_ANNOTATIONS and MAX_POLYGON_POINTS',
    'a list twice as long as any that is taken',
    { taken: withFieldsIn(20), refused: annotationSetOf(21), ...TOO_LARGE },
  ],
];

describe('a limit that is a setting', () => {
  it.each(EDGES)(
    '%s takes %s up to it, and refuses the next larger',
    async (_name, _what, edge) => {
      const taken = await edge.taken();
      const refused = await edge.refused();

      expect(`${taken.status} ${taken.text}`).toMatch(/^20[01] /);
      expectProblem(refused, edge.status, edge.code);
    },
  );

  it('MAX_JSON_DEPTH lets lists be nested as deep as it is, and refuses one more', async () => {
    const nested = (depth: number) => {
      let value: Fields = {};
      for (let level = 2; level < depth; level += 1) value = { deeper: value };
      return http.post('/users').send(userFields({ extra: value }));
    };

    // The field is none of a user's: what is told of it is how deep it is, or that it is not known.
    expectProblem(await nested(8), 400, 'invalid-request', [
      { pointer: '#/extra', detail: 'is not known here' },
    ]);
    expectProblem(await nested(9), 400, 'invalid-request', [
      {
        pointer: `#/extra${'/deeper'.repeat(7)}`,
        detail: 'must not be nested deeper than 8 levels',
      },
    ]);
  });

  it('MAX_HEADER_BYTES is what the request line and the header may have together', async () => {
    const withHeader = (bytes: number) => {
      const start = 'GET /health/live HTTP/1.1\r\nHost: a\r\nConnection: close\r\nX-Filler: ';
      return rawAnswer(`${start}${'a'.repeat(bytes - start.length - 4)}\r\n\r\n`);
    };

    expect(await withHeader(4_096)).toContain('HTTP/1.1 200 ');
    // Node.js counts neither the method nor what separates fields.
    expect(await withHeader(4_160)).toMatch(/HTTP\/1.1 431 .*larger than 4096 bytes/s);
  });

  it('HEADER_TIMEOUT_MS is how long a header may take to arrive', async () => {
    const arrivingIn = async (ms: number) => {
      const socket = connectTo(service);
      const answer = text(socket);
      socket.write('GET /health/live HTTP/1.1\r\n');
      await pause(ms / 2);
      socket.write('Host: a\r\nConnection: close\r\n');
      await pause(ms / 2);
      if (socket.writable) socket.write('\r\n');
      return answer;
    };

    const [quick, slow] = await Promise.all([arrivingIn(300), arrivingIn(3_000)]);

    expect(quick).toContain('HTTP/1.1 200 ');
    expect(slow).toMatch(/HTTP\/1.1 408 .*header-too-slow/s);
  });

  it('UPLOAD_IDLE_TIMEOUT_MS ends an upload that is silent, not one that is slow', async () => {
    const picture = await pictureOf(4_000);
    const pausing = async (ms: number) => {
      const image = await anImage(http);
      const socket = connectTo(service);
      const answer = text(socket).catch(() => 'reset');
      socket.write(
        `PUT ${pathTo(image, 'file')} HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: 4000\r\n\r\n`,
      );
      for (let at = 0; at < 4_000 && !socket.destroyed; at += 1_000) {
        socket.write(picture.subarray(at, at + 1_000));
        await pause(ms);
      }
      return answer;
    };

    // In all more than the limit, and one pause more than the limit.
    const [slow, silent] = await Promise.all([pausing(600), pausing(3_200)]);

    expect(slow).toContain('HTTP/1.1 201 ');
    expect(silent).not.toContain('HTTP/1.1 2');
  });
});

describe('what is too large', () => {
  it.each<[string, string, string, Record<string, string>, string]>([
    ['JSON', 'POST', '/users', JSON_TYPE, 'body-too-large'],
    [
      'a form',
      'POST',
      '/images',
      { 'Content-Type': 'multipart/form-data; boundary=x' },
      'body-too-large',
    ],
    ['a file', 'PUT', 'file', { 'Content-Type': 'image/jpeg' }, 'file-too-large'],
  ])(
    'is refused by its declared length, before a byte of it: %s',
    async (_what, method, path, headers, code) => {
      const target = path === 'file' ? pathTo(await anImage(http), 'file') : path;

      const answer = await sendBeginning(service.url, {
        method,
        path: target,
        headers: { ...headers, 'Content-Length': '1000000000' },
      });

      expectProblem(answer, 413, code);
    },
  );

  it('is refused as soon as it is too large, though it never ends: chunked JSON', async () => {
    const body = Buffer.alloc(5_001, ' ');

    const answer = await sendBeginning(service.url, { path: '/users', headers: JSON_TYPE, body });

    expectProblem(answer, 413, 'body-too-large');
  });

  it('is refused as soon as it is too large, though it never ends: a chunked file', async () => {
    const path = pathTo(await anImage(http), 'file');
    const headers = { 'Content-Type': 'image/jpeg' };

    const answer = await sendBeginning(service.url, {
      method: 'PUT',
      path,
      headers,
      body: await pictureOf(20_001),
    });

    expectProblem(answer, 413, 'file-too-large');
  });

  it('is refused as soon as a list in it is too long, though it never ends', async () => {
    const body = `{"annotations":[${'{},'.repeat(30)}`;

    const answer = await sendBeginning(service.url, { path: '/images', headers: JSON_TYPE, body });

    expectProblem(answer, 413, 'body-too-large');
  });
});

describe('decoding', () => {
  it('takes DECODES at once and lets DECODE_QUEUE wait; the next one is told when to come back', async () => {
    const narrow = await startApp({ decodes: 1, decodeQueue: 1 });
    try {
      const image = await aPhotograph(narrow.http, { format: 'avif', width: 800, height: 600 });

      const answers = await Promise.all(
        [1.5, 1.51, 1.52].map((scale) => getFile(narrow.http, image, { scale })),
      );

      const statuses = answers.map(({ status }) => status);
      expect(statuses.toSorted()).toEqual([200, 200, 503]);
      const refused = answers.find(({ status }) => status === 503)!;
      expectProblem(refused, 503, 'overloaded');
      expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    } finally {
      await narrow.close();
    }
  });

  it('is not begun for an upload whose sender has left while it waited', async () => {
    const narrow = await startApp({ decodes: 1 });
    try {
      const { turns } = narrow.app.get(ImageFileService);
      const becomes = async (waiting: number) => {
        for (let tries = 0; turns.waiting !== waiting && tries < 400; tries += 1) await pause(5);
        return turns;
      };
      const image = await aPhotograph(narrow.http, { format: 'avif', width: 800, height: 600 });
      const record = await anImage(narrow.http);
      const slow = getFile(narrow.http, image, { scale: 2.5 }).then(({ status }) => status);
      for (let tries = 0; turns.running === 0 && tries < 400; tries += 1) await pause(5);

      const file = await aPicture();
      const socket = connectTo(narrow);
      socket.write(
        `PUT ${pathTo(record, 'file')} HTTP/1.1\r\nHost: a\r\nContent-Length: ${file.length}\r\n\r\n`,
      );
      socket.write(file);
      expect(await becomes(1)).toMatchObject({ running: 1, waiting: 1 });
      socket.destroy();
      expect(await becomes(0)).toMatchObject({ running: 1, waiting: 0 });

      expect(await slow).toBe(200);
      const { body } = await narrow.http.get(pathTo(record)).expect(200);
      expect(body.file).toBeNull();
    } finally {
      await narrow.close();
    }
  });

  it('is answered within RENDITION_TIMEOUT_MS, with the picture or with 503', async () => {
    const hasty = await startApp({ renditionTimeoutMs: 400 });
    try {
      const image = await aPhotograph(hasty.http, { format: 'avif', width: 120, height: 90 });

      const quick = await getFile(hasty.http, image, { scale: 1 });
      const slow = await getFile(hasty.http, image, { scale: 25 });

      expect(quick.status).toBe(200);
      expectProblem(slow, 503, 'overloaded');
    } finally {
      await hasty.close();
    }
  });

  it('takes no more memory than DECODE_MEMORY, by its estimate', async () => {
    const picture = await aPicture({ format: 'png', width: 400, height: 300, progressive: true });
    // As decode-memory.ts has it: a base, the file, three steps of 256 rows (here: of all), and all rows.
    const needed = 24_000_000 + picture.length + 3 * 400 * 256 * 3 + 400 * 300 * 3;
    const small = await startApp({ decodeMemory: needed });
    try {
      expect((await postForm(small.http, picture)).status).toBe(201);
      const larger = Buffer.concat([
        picture.subarray(0, -12),
        Buffer.alloc(1),
        picture.subarray(-12),
      ]);
      expectProblem(await postForm(small.http, larger), 413, 'too-many-pixels');
    } finally {
      await small.close();
    }
  });
});

function pictureOf(bytes: number): Promise<Buffer> {
  return aPicture().then((jpeg) => Buffer.concat([jpeg, Buffer.alloc(bytes - jpeg.length)]));
}

function upload(bytes: number) {
  return async () => putFile(http, await anImage(http), await pictureOf(bytes));
}

function scaled(scale: number, height = 20) {
  return async () => {
    const width = height === 20 ? 100 : 50;
    return getFile(http, await aPhotograph(http, { format: 'png', width, height }), { scale });
  };
}

/** JSON made as long as is wanted by spaces at its end. */
function postJson(path: string, fields: Fields, bytes: number): Promise<Response> {
  const body = JSON.stringify(fields).padEnd(bytes, ' ');
  return send(service.url, {
    path,
    headers: { ...JSON_TYPE, 'Content-Length': String(bytes) },
    body,
  });
}

function polygonOf(points: number) {
  return async () => {
    const ring = Array.from({ length: points }, (_, number): [number, number] => [
      Math.cos((number / points) * 6) * 50 + 60,
      Math.sin((number / points) * 6) * 50 + 60,
    ]);
    const path = pathTo(await anImage(http), 'annotations');
    return http.post(path).send(annotationFields({ polygon: aPolygon(ring) }));
  };
}

function annotationSetOf(count: number) {
  return async () => {
    const annotations = Array.from({ length: count }, () => annotationFields());
    return http.put(pathTo(await anImage(http), 'annotations')).send({ annotations });
  };
}

/** One more for an image that has so many. */
function another(before: number) {
  return async () => {
    const annotations = Array.from({ length: before }, () => annotationFields());
    const image = await anImage(http, { annotations });
    return http.post(pathTo(image, 'annotations')).send(annotationFields());
  };
}

/** An annotation whose attributes are so many: the longest object that there is here. */
function withFieldsIn(count: number) {
  return async () => {
    const attributes = Object.fromEntries(
      Array.from({ length: count }, (_, number) => [`a${number}`, number]),
    );
    const path = pathTo(await anImage(http), 'annotations');
    return http.post(path).send(annotationFields({ attributes }));
  };
}

function connectTo({ url }: TestApp) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => undefined);
  return socket;
}

function rawAnswer(request: string): Promise<string> {
  const socket = connectTo(service);
  socket.write(request);
  return text(socket);
}
