import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Response } from 'supertest';
import { startApp, type TestApp } from './helpers/app.js';
import { type ChildService, startChild } from './helpers/child-service.js';
import { BOUNDARY, FORM_TYPE, formOf, type Part } from './helpers/forms.js';
import { pngChunk } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import {
  aTrashedImage,
  anImage,
  annotationFields,
  imageFields,
  pathTo,
} from './helpers/records.js';
import { exchange, send, sendAndLeave, sendStream } from './helpers/raw-http.js';
import { expectNoChange, type ServiceState, stateOf } from './helpers/service-state.js';
import { aPhotograph, aPicture, getFile, postForm, putFile } from './helpers/uploads.js';

const MAX_UPLOAD_BYTES = 100_000;
const MIB = 1024 * 1024;

let service: TestApp;
let http: TestApp['http'];
let picture: Buffer;

beforeAll(async () => {
  service = await startApp({ maxUploadBytes: MAX_UPLOAD_BYTES, maxAnnotationSetBytes: 200_000 });
  http = service.http;
  picture = await aPicture();
});
afterAll(() => service.close());

describe('POST of a form', () => {
  it('takes metadata and file in either order', async () => {
    for (const order of [['metadata', 'file'] as const, ['file', 'metadata'] as const]) {
      const fields = imageFields();
      const parts = { metadata: metadataPart(fields), file: filePart() };

      const answer = await postRaw(formOf(parts[order[0]], parts[order[1]]));

      expect(answer.status).toBe(201);
      const image = answer.body as { image_key: string };
      expect(image.image_key).toBe(fields.image_key);
      expect((await getFile(http, image)).body.equals(picture)).toBe(true);
    }
  });

  it.each<[string, Partial<Part>]>([
    ['a text field', {}],
    ['a text field of a type', { type: 'application/json; charset=utf-8' }],
    ['a Blob, as browsers send it', { fileName: 'blob', type: 'application/json' }],
    ['a file of no name', { fileName: '' }],
  ])('takes the metadata as %s', async (_how, part) => {
    const fields = imageFields({ annotations: [annotationFields()] });

    const answer = await postRaw(formOf({ ...metadataPart(fields), ...part }, filePart()));

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({
      image_key: fields.image_key,
      annotations: [{ index: 0 }],
    });
  });

  it('takes what FormData of fetch sends', async () => {
    const form = new FormData();
    const metadata = JSON.stringify(imageFields());
    form.set('metadata', new Blob([metadata], { type: 'application/json' }));
    form.set('file', new Blob([new Uint8Array(picture)]), 'photograph.jpg');

    const answer = await fetch(`${service.url}/images`, { method: 'POST', body: form });

    expect(answer.status).toBe(201);
  });

  it.each<[string, Part[], string[]]>([
    ['no parts', [], ['#/metadata', '#/file']],
    ['no file', [metadataPart()], ['#/file']],
    ['no metadata', [filePart()], ['#/metadata']],
    ['an unknown part', [metadataPart(), part('extra')], ['#/extra', '#/file']],
    ['the file twice', [filePart(), filePart()], ['#/file', '#/metadata']],
    ['the metadata twice', [metadataPart(), metadataPart()], ['#/metadata', '#/file']],
    ['an unknown part among both', [part('notes'), metadataPart(), filePart()], ['#/notes']],
    [
      'names in capitals',
      [part('Metadata'), part('FILE')],
      ['#/Metadata', '#/FILE', '#/metadata', '#/file'],
    ],
    [
      'names of prototypes',
      [part('__proto__'), part('constructor')],
      ['#/__proto__', '#/constructor', '#/metadata', '#/file'],
    ],
  ])('with %s is refused, naming them all', async (_what, parts, pointers) => {
    const answer = await expectNoChange(service, () => postRaw(formOf(...parts)));

    expectProblem(answer, 400, 'invalid-request', pointers);
  });

  it('with many parts is refused', async () => {
    const parts = Array.from({ length: 5_000 }, (_, place) => part(`part-${place}`));

    const answer = await expectNoChange(service, () => postRaw(formOf(...parts)));

    expectProblem(answer, 400, 'invalid-request');
  });

  it.each([
    ['that is no JSON', '{', 'malformed-json'],
    ['that is empty', '', 'invalid-request'],
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'malformed-json'],
    ['that is no object', '[]', 'invalid-request'],
    ['that has NUL in a text', '{"client_id":"a\\u0000"}', 'invalid-request'],
    ['that is nested too deeply', '['.repeat(10_000) + ']'.repeat(10_000), 'invalid-request'],
  ])('with metadata %s is refused', async (_what, body, code) => {
    const answer = await expectNoChange(service, () =>
      postRaw(formOf({ name: 'metadata', body }, filePart())),
    );

    expectProblem(answer, 400, code);
  });

  it('names the faults of its metadata as it does those of a JSON body', async () => {
    const fields = imageFields({ client_id: 7, colour: 'red', annotations: [{ index: -1 }] });

    const answer = await expectNoChange(service, () => postForm(http, picture, fields));

    expectProblem(answer, 400, 'invalid-request');
    expect(answer.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining([
        '#/client_id',
        '#/colour',
        '#/annotations/0/index',
        '#/annotations/0/instrument',
      ]),
    );
  });

  it.each([
    'multipart/form-data',
    'multipart/form-data; boundary=',
    'multipart/form-data; boundary=another',
    `multipart/form-data; boundary=${'x'.repeat(5_000)}`,
    'multipart/form-data; boundary=" "',
  ])('of the type %j is refused', async (type) => {
    const answer = await expectNoChange(service, () =>
      postRaw(formOf(metadataPart(), filePart()), { 'Content-Type': type }),
    );

    expectProblem(answer, 400, 'invalid-request', ['#']);
  });

  it.each(['multipart/mixed', 'application/x-www-form-urlencoded', 'text/plain', 'image/jpeg'])(
    'of the type %s is refused with 415',
    async (type) => {
      const answer = await expectNoChange(service, () =>
        postRaw(formOf(metadataPart(), filePart()), {
          'Content-Type': `${type}; boundary=${BOUNDARY}`,
        }),
      );

      expectProblem(answer, 415, 'unsupported-media-type');
    },
  );

  it.each([
    '../../../../etc/passwd',
    'C:\\photographs\\front.jpg',
    'front.jpg\\"; filename=\\"page.html',
    'Zoë 🦷.jpg',
    '‮gpj.exe',
    '%0d%0aSet-Cookie: a=b',
    'x'.repeat(4_000),
    '',
  ])('takes nothing from the file name %j', async (fileName) => {
    const answer = await postRaw(formOf(metadataPart(), { ...filePart(), fileName }));

    expect(answer.status).toBe(201);
    const { headers, body } = await getFile(http, answer.body);
    expect(body.equals(picture)).toBe(true);
    expect(headers).not.toHaveProperty('set-cookie');
    expect(JSON.stringify(headers)).not.toMatch(/passwd|html|gpj|front/);
  });

  it('takes no line break in a file name for more headers', async () => {
    const parts = [
      metadataPart(),
      { ...filePart(), fileName: 'a"\r\nContent-Type: text/html\r\nX-A: "b' },
    ];

    const answer = await postRaw(formOf(...parts));

    expect(answer.status).toBe(201);
    expect(answer.body).toMatchObject({ file: { media_type: 'image/jpeg' } });
  });
});

describe('a repeated POST of a form', () => {
  it('is answered 200 with the image as it is now', async () => {
    const fields = imageFields({ annotations: [annotationFields()] });
    await postForm(http, picture, fields).expect(201);
    const { body: changed } = await http
      .patch(`/images/${String(fields.image_key)}`)
      .send({ ml_tag: 'TEST' });

    const answer = await expectNoChange(service, () => postForm(http, picture, fields));

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual(changed);
  });

  it('is the same with its parts and fields in another order', async () => {
    const fields = imageFields({ ml_tag: 'TRAIN' });
    await postForm(http, picture, fields).expect(201);
    const reversed = Object.fromEntries(Object.entries(fields).reverse());

    const answer = await postRaw(formOf(filePart(), metadataPart(reversed)));

    expect(answer.status).toBe(200);
  });

  it.each(['other bytes', 'other metadata', 'no file'])('with %s is answered 409', async (what) => {
    const fields = imageFields();
    await postForm(http, picture, fields).expect(201);
    const other = await aPicture({ format: 'png' });

    const answer = await expectNoChange(service, () => {
      if (what === 'no file') return http.post('/images').send(fields);
      return what === 'other bytes'
        ? postForm(http, other, fields)
        : postForm(http, picture, { ...fields, ml_tag: 'LIVE' });
    });

    expectProblem(answer, 409, 'image-exists');
  });

  it('is answered 409 when the image is in the trash', async () => {
    const fields = imageFields();
    await aTrashedImage(http, fields);

    const answer = await expectNoChange(service, () => postForm(http, picture, fields));

    expectProblem(answer, 409, 'image-in-trash');
  });

  it('makes one image of many at the same time, with one file', async () => {
    const before = await stateOf(service);
    const fields = imageFields();

    const answers = await Promise.all(
      Array.from({ length: 8 }, () => postForm(http, picture, fields)),
    );

    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(7).fill(200),
      201,
    ]);
    const after = await stateOf(service);
    expect(after.tables.images?.rows).toBe((before.tables.images?.rows ?? 0) + 1);
    expect(Object.keys(after.files)).toHaveLength(Object.keys(before.files).length + 1);
  });
});

describe('a body that ends too early', () => {
  const cuts = [0.01, 0.1, 0.3, 0.6, 0.9, 0.99];

  it.each(cuts)(
    'of a form, cut at %d of it by a client that leaves, leaves nothing behind',
    async (cut) => {
      const body = formOf(metadataPart(), filePart());
      const before = await stateOf(service);

      await sendAndLeave(service.url, {
        path: '/images',
        headers: { 'Content-Type': FORM_TYPE, 'Content-Length': String(body.length) },
        body: body.subarray(0, Math.floor(body.length * cut)),
      });

      await expectStateSoon(before);
    },
  );

  it.each(cuts)(
    'of a picture, cut at %d of it by a client that leaves, leaves nothing behind',
    async (cut) => {
      const image = await anImage(http);
      const before = await stateOf(service);

      await sendAndLeave(service.url, {
        method: 'PUT',
        path: pathTo(image, 'file'),
        headers: { 'Content-Length': String(picture.length) },
        body: picture.subarray(0, Math.floor(picture.length * cut)),
      });

      await expectStateSoon(before);
    },
  );

  it.each(cuts)(
    'of a form, cut at %d of it but sent as if it were whole, is refused',
    async (cut) => {
      const body = formOf(metadataPart(), filePart());

      const answer = await expectNoChange(service, () =>
        postRaw(body.subarray(0, Math.floor(body.length * cut))),
      );

      expectProblem(answer, 400, 'invalid-request');
    },
  );

  it('is answered 400 when its sender still listens', async () => {
    const image = await anImage(http);
    const before = await stateOf(service);
    const head = headOf(pathTo(image, 'file'), picture.length);

    const answer = await exchange(
      service.url,
      Buffer.concat([head, picture.subarray(0, picture.length / 2)]),
    );

    expect(answer).toMatch(/^HTTP\/1\.1 400 /);
    await expectStateSoon(before);
  });

  it('leaves no files and no open descriptors after fifty of them at once', async () => {
    const body = formOf(metadataPart(), filePart());
    const before = await stateOf(service);

    await Promise.all(
      Array.from({ length: 50 }, (_, place) =>
        sendAndLeave(service.url, {
          path: '/images',
          headers: { 'Content-Type': FORM_TYPE, 'Content-Length': String(body.length) },
          body: body.subarray(0, (body.length * place) / 50),
        }),
      ),
    );

    await expectStateSoon(before);
    expect(await openFilesBelow(service.dataDir)).toEqual([]);
  });
});

describe('a body that is longer than declared', () => {
  it('is taken up to its declared end, and what comes behind it is answered 400', async () => {
    const image = await anImage(http);
    const head = headOf(pathTo(image, 'file'), picture.length);

    const answer = await exchange(
      service.url,
      Buffer.concat([head, picture, Buffer.from('and more of it\r\n\r\n')]),
    );

    expect(answer).toMatch(/HTTP\/1\.1 400 /);
    await expectNoUploadsSoon();
    const file = await getFile(http, image);
    if (file.status === 200) expect(file.body.equals(picture)).toBe(true);
  });
});

describe('a body that is too large', () => {
  it.each([
    ['declared, by one byte', MAX_UPLOAD_BYTES + 1, true],
    ['declared', 40 * MIB, true],
    ['chunked, by one byte', MAX_UPLOAD_BYTES + 1, false],
    ['chunked', 40 * MIB, false],
  ])(
    'as a picture is refused with 413, which its sender receives: %s',
    async (_how, bytes, isDeclared) => {
      const image = await anImage(http);

      const answer = await expectNoChange(service, () =>
        sendStream(service.url, {
          method: 'PUT',
          path: pathTo(image, 'file'),
          headers: isDeclared ? { 'Content-Length': String(bytes) } : {},
          body: chunksOf(bytes),
        }),
      );

      expectProblem(answer, 413, 'file-too-large');
    },
  );

  it.each([
    ['declared', 40 * MIB, true, 'body-too-large'],
    ['declared, its file a little too large', MAX_UPLOAD_BYTES + 1_000, true, 'file-too-large'],
    ['chunked', 40 * MIB, false, 'file-too-large'],
  ])(
    'as a form is refused with 413, which its sender receives: %s',
    async (_how, bytes, isDeclared, code) => {
      const start = formOf(metadataPart(), { ...filePart(), body: '' }).subarray(
        0,
        -2 - BOUNDARY.length - 6,
      );
      const end = Buffer.from(`\r\n--${BOUNDARY}--\r\n`);
      const length = start.length + bytes + end.length;

      const answer = await expectNoChange(service, () =>
        sendStream(service.url, {
          path: '/images',
          headers: {
            'Content-Type': FORM_TYPE,
            ...(isDeclared ? { 'Content-Length': String(length) } : {}),
          },
          body: [start, ...chunksOf(bytes), end],
        }),
      );

      expectProblem(answer, 413, code);
    },
  );

  it('as metadata is refused with 413', async () => {
    const fields = imageFields({ hardware_id: 'x'.repeat(250_000) });

    const answer = await expectNoChange(service, () =>
      postRaw(formOf(metadataPart(fields), filePart())),
    );

    expectProblem(answer, 413, 'body-too-large');
  });

  it('may still be as large as the limit', async () => {
    const padded = Buffer.concat([picture, Buffer.alloc(MAX_UPLOAD_BYTES - picture.length)]);

    const image = await aPhotograph(http, padded);

    expect((await getFile(http, image)).body.equals(padded)).toBe(true);
  });
});

describe('a picture that is refused before its body is read', () => {
  it.each([
    ['404', { path: '/images/nobody/file' }, 'image-not-found'],
    ['400', { path: '/images/..%2Fa/file' }, 'invalid-request'],
  ])('is answered %s, which its sender receives', async (status, target, code) => {
    const answer = await expectNoChange(service, () =>
      sendStream(service.url, { method: 'PUT', ...target, body: chunksOf(40 * MIB) }),
    );

    expectProblem(answer, Number(status), code);
  });
});

describe('Content-Digest of a form', () => {
  it('is that of the whole body', async () => {
    const body = formOf(metadataPart(), filePart());
    const digest = Buffer.from(await crypto.subtle.digest('SHA-256', new Uint8Array(body)));
    const header = `sha-256=:${digest.toString('base64')}:`;

    expect((await postRaw(body, { 'Content-Digest': header })).status).toBe(201);
    const other = formOf(metadataPart(), filePart());
    const answer = await expectNoChange(service, () =>
      postRaw(other, { 'Content-Digest': header }),
    );
    expectProblem(answer, 400, 'content-digest-mismatch', [{ header: 'Content-Digest' }]);
  });
});

describe('an upload that falls silent', () => {
  it('is ended, leaves nothing behind, and others go on meanwhile', async () => {
    const impatient = await startApp({ uploadIdleTimeoutMs: 700 });
    try {
      const image = await anImage(impatient.http);
      const before = await stateOf(impatient);

      const silent = sendStream(impatient.url, {
        method: 'PUT',
        path: pathTo(image, 'file'),
        headers: { 'Content-Length': String(picture.length + 1) },
        body: [picture],
      });

      await expect(silent).rejects.toMatchObject({ code: 'ECONNRESET' });
      await sleep(100);
      expect(await stateOf(impatient)).toEqual(before);
      expect((await putFile(impatient.http, image, picture)).status).toBe(201);
    } finally {
      await impatient.close();
    }
  });
});

describe('uploads of 50 MB', () => {
  let child: ChildService;
  beforeAll(async () => {
    child = await startChild({ MAX_UPLOAD_BYTES: '50000000' });
  });
  afterAll(() => child.close());

  it('cost less than 80 MB of memory, two at a time', async () => {
    await upload(await paddedPng(1_000_000));
    const large = await paddedPng(49_000_000);
    const before = await child.memory();

    for (let round = 0; round < 2; round += 1) await Promise.all([upload(large), upload(large)]);

    const after = await child.memory();
    expect(after.peak - before.now).toBeLessThan(80_000_000);
  });

  /** A PNG with a chunk of so many bytes that no decoder looks at. */
  async function paddedPng(bytes: number): Promise<Buffer> {
    const png = await aPicture({ format: 'png' });
    const end = png.length - 12;
    const padding = pngChunk('loUp', Buffer.alloc(bytes, 7));
    return Buffer.concat([png.subarray(0, end), padding, png.subarray(end)]);
  }

  async function upload(body: Buffer): Promise<void> {
    const { image_key } = await postJson(child.url, imageFields());
    const answer = await fetch(`${child.url}/images/${image_key}/file`, { method: 'PUT', body });
    expect(answer.status).toBe(201);
  }
});

async function postJson(base: string, fields: object): Promise<{ image_key: string }> {
  const answer = await fetch(`${base}/images`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(fields),
  });
  return (await answer.json()) as { image_key: string };
}

function metadataPart(fields = imageFields()): Part {
  return { name: 'metadata', body: JSON.stringify(fields) };
}

function filePart(): Part {
  // A getter: the cases of a table are made before the picture is drawn.
  return {
    name: 'file',
    fileName: 'photograph.jpg',
    type: 'image/jpeg',
    get body() {
      return picture;
    },
  };
}

function part(name: string): Part {
  return { name, body: 'x' };
}

function postRaw(body: Uint8Array, headers: Record<string, string> = {}): Promise<Response> {
  return send(service.url, {
    path: '/images',
    headers: { 'Content-Type': FORM_TYPE, ...headers },
    body,
  });
}

/** So many bytes, in pieces. */
function* chunksOf(bytes: number): Generator<Buffer> {
  const chunk = Buffer.alloc(64 * 1024);
  for (let left = bytes; left > 0; left -= chunk.length) yield chunk.subarray(0, left);
}

function headOf(path: string, length: number): Buffer {
  return Buffer.from(`PUT ${path} HTTP/1.1\r\nHost: x\r\nContent-Length: ${length}\r\n\r\n`);
}

/** The service notices a client that left a moment later, and removes what came from it. */
async function expectStateSoon(expected: ServiceState): Promise<void> {
  await expectNoUploadsSoon();
  expect(await stateOf(service)).toEqual(expected);
  expect((await http.get('/health/ready')).status).toBe(200);
}

async function expectNoUploadsSoon(): Promise<void> {
  const uploads = () => readdir(join(service.dataDir, 'incoming'));
  // Longer than the service takes to get at the last request of fifty.
  await sleep(50);
  for (let wait = 0; wait < 10_000 && (await uploads()).length > 0; wait += 20) await sleep(20);
  expect(await uploads()).toEqual([]);
}

/** The files that this process, which the service runs in, holds open. */
async function openFilesBelow(folder: string): Promise<string[]> {
  const descriptors = await readdir('/proc/self/fd').catch(() => []);
  const paths = await Promise.all(
    descriptors.map((descriptor) => readlink(join('/proc/self/fd', descriptor)).catch(() => '')),
  );
  return paths.filter((path) => path.startsWith(folder));
}
