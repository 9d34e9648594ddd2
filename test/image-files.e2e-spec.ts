import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import sharp, { type Metadata } from 'sharp';
import { startApp, type TestApp } from './helpers/app.js';
import { pixelAt, pixelsOf, QUADRANTS, quadrantsOf } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import { aBox, anImage, annotationFields, etagOf, imageFields, pathTo } from './helpers/records.js';
import { expectNoChange, filesBelow } from './helpers/service-state.js';
import { aPhotograph, aPicture, getFile, postForm, putFile } from './helpers/uploads.js';

const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
const LOSSLESS = ['png', 'tiff', 'gif'] as const;
const COLOURS = Object.values(QUADRANTS);
const EXIF = { takenAt: '2024:05:06 07:08:09', subSecond: '250', make: 'Canon', model: 'EOS R5' };

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('GET of a picture', () => {
  it.each(FORMATS)(
    'answers the original bytes of a %s exactly, of the type they have',
    async (format) => {
      const picture = await aPicture({ format, exif: EXIF });
      const image = await aPhotograph(http, picture);

      const answer = await getFile(http, image);

      expect(answer.status).toBe(200);
      expect(answer.body.equals(picture)).toBe(true);
      expect(answer.headers).toMatchObject({
        'content-type': `image/${format}`,
        'content-length': String(picture.length),
      });
      expect(image.file).toMatchObject({
        media_type: `image/${format}`,
        width: 64,
        height: 48,
        bytes: picture.length,
        sha256: digestOf(picture),
        url: pathTo(image, 'file'),
      });
    },
  );

  it('takes the type from the bytes, whatever name and type the client gives them', async () => {
    const picture = await aPicture({ format: 'png' });
    const { body: image } = await http
      .post('/images')
      .field('metadata', JSON.stringify(imageFields()))
      .attach('file', picture, { filename: 'page.html', contentType: 'text/html' })
      .expect(201);

    expect(image.file.media_type).toBe('image/png');
    expect((await getFile(http, image)).headers['content-type']).toBe('image/png');
  });

  it('lets no browser run it or guess at its type', async () => {
    const image = await aPhotograph(http);

    for (const query of [{}, { scale: 0.5 }]) {
      expect((await getFile(http, image, query)).headers).toMatchObject({
        'content-security-policy': "default-src 'none'; sandbox",
        'x-content-type-options': 'nosniff',
      });
    }
  });

  it.each([{}, { scale: 0.5 }])('answers HEAD with the headers of GET %j', async (query) => {
    const image = await aPhotograph(http);
    const { headers } = await getFile(http, image, query);

    const answer = await http.head(pathTo(image, 'file')).query(query);

    expect(answer.status).toBe(200);
    for (const name of ['etag', 'content-type', 'content-security-policy', 'cache-control'])
      expect(answer.headers[name]).toBe(headers[name]);
    expect(answer.text).toBeFalsy();
  });

  it('answers 404 for an image without a picture', async () => {
    expectProblem(await getFile(http, await anImage(http)), 404, 'picture-not-found');
  });

  it('answers 404 for an image that does not exist', async () => {
    expectProblem(await getFile(http, { image_key: 'nobody' }), 404, 'image-not-found');
  });

  it('answers 404 for an image in the trash', async () => {
    const image = await aPhotograph(http);
    await http.delete(pathTo(image)).expect(204);

    expectProblem(await getFile(http, image), 404, 'image-not-found');
  });
});

describe('entity tags of pictures', () => {
  it('are the same for the same request, and others for other renditions', async () => {
    const image = await aPhotograph(http);
    const tags: unknown[] = [];
    for (const query of [{}, { scale: 0.5 }, { scale: 0.25 }, { quality: 40 }]) {
      const [first, second] = [
        await getFile(http, image, query),
        await getFile(http, image, query),
      ];
      expect(first.headers.etag).toMatch(/^"[\x21\x23-\x7e]+"$/);
      expect(second.headers.etag).toBe(first.headers.etag);
      tags.push(first.headers.etag);
    }
    expect(new Set(tags).size).toBe(4);
  });

  it.each(['%s', 'W/%s', '"other", %s', '*'])(
    'answer 304 to If-None-Match: %s',
    async (pattern) => {
      const image = await aPhotograph(http);
      const { headers } = await getFile(http, image);
      const tag = pattern.replace('%s', String(headers.etag));

      const answer = await getFile(http, image).set('If-None-Match', tag);

      expect(answer.status).toBe(304);
      expect(answer.headers.etag).toBe(headers.etag);
      expect(answer.headers).not.toHaveProperty('content-type');
    },
  );

  it('answer 304 for a rendition without opening the file', async () => {
    const image = await aPhotograph(http);
    const query = { scale: 0.5 };
    const { headers } = await getFile(http, image, query);
    const files = join(service.dataDir, 'files');
    await rename(files, `${files}-away`);
    try {
      const answer = await getFile(http, image, query).set('If-None-Match', String(headers.etag));

      expect(answer.status).toBe(304);
    } finally {
      await rename(`${files}-away`, files);
    }
  });

  it('answer the whole picture when another is named', async () => {
    const image = await aPhotograph(http);

    const answer = await getFile(http, image, { scale: 0.5 }).set(
      'If-None-Match',
      await etagOf(http, pathTo(image, 'file')),
    );

    expect(answer.status).toBe(200);
  });
});

describe('scale', () => {
  it.each([
    [0.5, 32, 24],
    [1, 64, 48],
    [2, 128, 96],
    [0.33, 21, 16],
    [0.01, 1, 1],
    [1e-9, 1, 1],
  ])('%d makes of 64 × 48 pixels %d × %d', async (scale, width, height) => {
    const image = await aPhotograph(http);

    const { status, body } = await getFile(http, image, { scale });

    expect(status).toBe(200);
    expect(await sizeOf(body)).toEqual({ width, height });
  });

  it.each(FORMATS)('keeps %s what it is, and its colours', async (format) => {
    const image = await aPhotograph(http, { format });

    const { body, headers } = await getFile(http, image, { scale: 0.5 });

    expect(headers['content-type']).toBe(`image/${format}`);
    expect(formatOf(await sharp(body).metadata())).toBe(format);
    expectColours(quadrantsOf(await pixelsOf(body)), COLOURS);
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8])(
    'measures the upright picture of EXIF orientation %d, and turns it upright',
    async (orientation) => {
      const image = await aPhotograph(http, { orientation });
      expect(image.file).toMatchObject({ width: 64, height: 48, orientation });

      const { body } = await getFile(http, image, { scale: 0.5 });

      const { orientation: left } = await sharp(body).metadata();
      expect(left ?? 1).toBe(1);
      expect(await sizeOf(body)).toEqual({ width: 32, height: 24 });
      expectColours(quadrantsOf(await pixelsOf(body)), COLOURS);
    },
  );

  it.each(['png', 'webp', 'tiff', 'gif', 'avif'] as const)(
    'keeps what is transparent in a %s',
    async (format) => {
      const image = await aPhotograph(http, { format, alpha: true });

      const { body } = await getFile(http, image, { scale: 0.5 });

      const pixels = await pixelsOf(body);
      expect(pixelAt(pixels, 28, 20)[3]).toBe(0);
      expect(pixelAt(pixels, 4, 4)[3]).toBe(255);
    },
  );

  it('leaves no metadata in a rendition, and all of it in the original', async () => {
    const exif = { ...EXIF, gps: true };
    const image = await aPhotograph(http, { exif, icc: 'p3' });

    const rendition = await sharp((await getFile(http, image, { scale: 1 })).body).metadata();
    const original = await sharp((await getFile(http, image)).body).metadata();

    expect(rendition).not.toHaveProperty('exif');
    expect(rendition).not.toHaveProperty('xmp');
    expect(rendition).not.toHaveProperty('icc');
    expect(original).toHaveProperty('exif');
    expect(original).toHaveProperty('icc');
  });

  it.each(['0', '-1', 'NaN', 'Infinity', '1e309', '', '0x10', '１', '0,5', '1e-400', ' 1', 'null'])(
    'is refused as %j, by name',
    async (scale) => {
      const image = await aPhotograph(http);

      const answer = await getFile(http, image, { scale });

      expectProblem(answer, 400, 'invalid-request');
      expect(new Set(parametersOf(answer))).toEqual(new Set(['scale']));
    },
  );

  it('is refused when it is given twice', async () => {
    const image = await aPhotograph(http);

    const answer = await http.get(`${pathTo(image, 'file')}?scale=1&scale=0.5`);

    expect(answer.status).toBe(400);
    expect(new Set(parametersOf(answer))).toEqual(new Set(['scale']));
  });

  it.each([1e9, 1e300, 128.01])('of %d is refused, and the largest is named', async (scale) => {
    const image = await aPhotograph(http, { height: 2 });

    const answer = await getFile(http, image, { scale });

    expectProblem(answer, 400, 'scale-too-large', [{ parameter: 'scale', detail: /\b128\b/ }]);
    expect(answer.body.largest_scale).toBe(128);
  });

  it('that is the largest works', async () => {
    const image = await aPhotograph(http, { height: 2 });

    const { body } = await getFile(http, image, { scale: 128 });

    expect(await sizeOf(body)).toEqual({ width: 8192, height: 256 });
  });

  it('is limited by the pixels that it makes, too', async () => {
    const image = await aPhotograph(http, { height: 64 });

    const answer = await getFile(http, image, { scale: 127 });

    expectProblem(answer, 400, 'scale-too-large', ['scale']);
    expect(answer.body.largest_scale).toBe(110.4);
  });
});

describe('quality', () => {
  it('makes smaller files of lossy formats, and is 75 unless it is given', async () => {
    const image = await aPhotograph(http, { texture: true });
    const bytes = async (query: object) =>
      (await getFile(http, image, { ...query })).body as Buffer;

    const [low, medium, high] = [
      await bytes({ quality: 10 }),
      await bytes({ quality: 75 }),
      await bytes({ quality: 100 }),
    ];

    expect(low.length).toBeLessThan(medium.length);
    expect(medium.length).toBeLessThan(high.length);
    expect((await bytes({ scale: 1 })).equals(medium)).toBe(true);
    expect(await sizeOf(low)).toEqual({ width: 64, height: 48 });
  });

  it.each(LOSSLESS)('means nothing to %s', async (format) => {
    const image = await aPhotograph(http, { format, texture: true });

    const low = await getFile(http, image, { quality: 1, scale: 0.5 });
    const high = await getFile(http, image, { quality: 100, scale: 0.5 });

    expect(low.body.equals(high.body)).toBe(true);
  });

  it('leaves the pixels of a lossless picture alone', async () => {
    const picture = await aPicture({ format: 'png', texture: true });
    const image = await aPhotograph(http, picture);

    const { body } = await getFile(http, image, { quality: 1 });

    expect((await pixelsOf(body)).data.equals((await pixelsOf(picture)).data)).toBe(true);
  });

  it.each(['0', '101', '1.5', '-1', '', 'NaN', '1e1', '75.0', '+75', '0x10', '７５', 'high'])(
    'is refused as %j, by name',
    async (quality) => {
      const image = await aPhotograph(http);

      const answer = await getFile(http, image, { quality });

      expectProblem(answer, 400, 'invalid-request');
      expect(new Set(parametersOf(answer))).toEqual(new Set(['quality']));
    },
  );

  it.each([1, 100])('of %d is taken', async (quality) => {
    const image = await aPhotograph(http);

    expect((await getFile(http, image, { quality })).status).toBe(200);
  });

  it('is refused together with a wrong scale and an unknown parameter, all at once', async () => {
    const image = await aPhotograph(http);

    const answer = await getFile(http, image, { quality: 0, scale: 0, page: 100 });

    expectProblem(answer, 400, 'invalid-request', ['quality', 'scale', 'page']);
  });
});

describe('PUT of a picture', () => {
  it('gives a record its first picture with 201, its address and the entity tag of the picture', async () => {
    const image = await anImage(http);
    const picture = await aPicture();

    const answer = await putFile(http, image, picture);

    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(pathTo(image, 'file'));
    expect(answer.body).toMatchObject({ version: 2, file: { sha256: digestOf(picture) } });
    const file = await getFile(http, image);
    expect(file.body.equals(picture)).toBe(true);
    expect(file.headers.etag).toBe(answer.headers.etag);
  });

  it('replaces a picture with 200, and never shows the old one again', async () => {
    const image = await aPhotograph(http, { width: 70 });
    const before = await filesBelow(service.dataDir);
    const old = [await getFile(http, image), await getFile(http, image, { scale: 0.5 })] as const;
    const picture = await aPicture({ format: 'png', width: 30, height: 20 });

    const answer = await putFile(http, image, picture);

    expect(answer.status).toBe(200);
    expect(answer.body.file).toMatchObject({ media_type: 'image/png', width: 30, height: 20 });
    const now = await getFile(http, image).set('If-None-Match', String(old[0].headers.etag));
    expect(now.body.equals(picture)).toBe(true);
    const half = await getFile(http, image, { scale: 0.5 }).set(
      'If-None-Match',
      String(old[1].headers.etag),
    );
    expect(half.status).toBe(200);
    expect(await sizeOf(half.body)).toEqual({ width: 15, height: 10 });
    const after = await filesBelow(service.dataDir);
    expect(Object.keys(after)).toHaveLength(Object.keys(before).length);
    expect(Object.values(after)).not.toContain(image.file.sha256);
  });

  it('goes by the entity tag of the picture: a stale one is 412 and changes nothing', async () => {
    const image = await aPhotograph(http);
    const first = await etagOf(http, pathTo(image, 'file'));
    const [second, third] = [await aPicture({ format: 'png' }), await aPicture({ format: 'webp' })];
    await putFile(http, image, second).set('If-Match', first).expect(200);

    const answer = await expectNoChange(service, () =>
      putFile(http, image, third).set('If-Match', first),
    );

    expectProblem(answer, 412, 'picture-changed');
    expect(answer.body).toMatchObject({
      current_version: 2,
      changed_by: null,
      changed_at: expect.stringMatching(/Z$/),
    });
    expect((await getFile(http, image)).body.equals(second)).toBe(true);
  });

  it('answers 412 to If-Match when there is no picture yet', async () => {
    const image = await anImage(http);

    const answer = await putFile(http, image, await aPicture()).set('If-Match', '*');

    expectProblem(answer, 412, 'picture-changed');
  });

  it('replaces nothing with If-None-Match: *, and attaches a first picture', async () => {
    const image = await anImage(http);
    const picture = await aPicture();
    await putFile(http, image, picture).set('If-None-Match', '*').expect(201);

    for (const condition of ['*', await etagOf(http, pathTo(image, 'file'))]) {
      const other = await aPicture({ format: 'png' });
      const answer = await expectNoChange(service, () =>
        putFile(http, image, other).set('If-None-Match', condition),
      );
      expectProblem(answer, 412, 'picture-changed');
      expect(answer.body.detail).toMatch(/^If-None-Match excludes the picture that is there/);
    }
    await putFile(http, image, picture).set('If-None-Match', '"another"').expect(200);
  });

  it('takes no part of a file, and none that is encoded', async () => {
    const image = await aPhotograph(http);
    const part = await expectNoChange(service, async () =>
      putFile(http, image, await aPicture()).set('Content-Range', 'bytes 0-9/100'),
    );
    expectProblem(part, 400, 'invalid-request', [{ header: 'Content-Range' }]);
    const encoded = await expectNoChange(service, async () =>
      putFile(http, image, await aPicture()).set('Content-Encoding', 'gzip'),
    );
    expectProblem(encoded, 415, 'unsupported-media-type');
  });

  it('gives pictures of the same second dates that tell them apart', async () => {
    const image = await aPhotograph(http);
    const dates: string[] = [];
    for (const format of ['png', 'webp', 'jpeg'] as const) {
      const known = (await getFile(http, image).expect(200)).headers['last-modified'] as string;
      dates.push(known);
      const next = await aPicture({ format });
      await putFile(http, image, next).expect(200);
      const asked = await getFile(http, image).set('If-Modified-Since', known).expect(200);
      expect(asked.body.equals(next)).toBe(true);
      const resumed = getFile(http, image).set({ Range: 'bytes=5-', 'If-Range': known });
      expect((await resumed.expect(200)).body.equals(next)).toBe(true);
    }
    expect(new Set(dates).size).toBe(3);
  });

  it('answers 404 for an image that does not exist', async () => {
    const picture = await aPicture();

    const answer = await expectNoChange(service, () =>
      putFile(http, { image_key: 'nobody' }, picture),
    );

    expectProblem(answer, 404, 'image-not-found');
  });

  it('is refused when annotations lie outside the new picture, each of them by name', async () => {
    const { body: image } = await postForm(http, await aPicture({ width: 200, height: 100 }), {
      ...imageFields(),
      annotations: [
        annotationFields({ polygon: aBox(10, 10, 20, 20) }),
        annotationFields({ polygon: aBox(10, 10, 150, 20) }),
        annotationFields({ polygon: aBox(10, 10, 20, 90) }),
      ],
    }).expect(201);
    const smaller = await aPicture({ width: 100, height: 50 });

    const answer = await expectNoChange(service, () => putFile(http, image, smaller));

    expectProblem(answer, 422, 'annotations-outside-picture');
    expect(answer.body.errors).toEqual([
      { pointer: expect.stringMatching(/^#\/annotations\/1\//), detail: expect.any(String) },
      { pointer: expect.stringMatching(/^#\/annotations\/2\//), detail: expect.any(String) },
    ]);
  });

  it('keeps annotations that lie inside the new picture', async () => {
    const image = await aPhotograph(
      http,
      { width: 200, height: 100 },
      { annotations: [annotationFields()] },
    );

    const answer = await putFile(http, image, await aPicture());

    expect(answer.status).toBe(200);
    expect(answer.body.annotations).toEqual(image.annotations);
  });

  it('does not take the capture time of another picture for that of the image', async () => {
    const image = await anImage(http);

    const { body } = await putFile(
      http,
      image,
      await aPicture({ exif: { ...EXIF, offset: '+02:00' } }),
    );

    expect(body.created_at).toBe(image.created_at);
  });
});

describe('Content-Digest', () => {
  it.each(['sha-256', 'sha-512'])(
    'lets the bytes through that it names by %s',
    async (algorithm) => {
      const image = await anImage(http);
      const picture = await aPicture();

      const answer = await putFile(http, image, picture).set(
        'Content-Digest',
        contentDigest(picture, algorithm),
      );

      expect(answer.status).toBe(201);
    },
  );

  it.each(['sha-256', 'sha-512'])('refuses other bytes than it names by %s', async (algorithm) => {
    const image = await anImage(http);
    const picture = await aPicture();
    const header = contentDigest(Buffer.from('other'), algorithm);

    const answer = await expectNoChange(service, () =>
      putFile(http, image, picture).set('Content-Digest', header),
    );

    expectProblem(answer, 400, 'content-digest-mismatch', [{ header: 'Content-Digest' }]);
  });

  it('is right only if all of its digests are', async () => {
    const image = await anImage(http);
    const picture = await aPicture();
    const right = contentDigest(picture, 'sha-256');
    const wrong = contentDigest(Buffer.from('other'), 'sha-512');

    const answer = await putFile(http, image, picture).set('Content-Digest', `${right}, ${wrong}`);

    expectProblem(answer, 400, 'content-digest-mismatch', [{ header: 'Content-Digest' }]);
  });

  it.each(['sha-256=abc', 'sha-256', 'sha-256=:not base64!:', '=::', 'sha-256=:YQ=='])(
    'is refused as %s',
    async (header) => {
      const image = await anImage(http);
      const picture = await aPicture();

      const answer = await expectNoChange(service, () =>
        putFile(http, image, picture).set('Content-Digest', header),
      );

      expectProblem(answer, 400, 'invalid-request', [{ header: 'Content-Digest' }]);
    },
  );

  it.each(['md5=:YQ==:', 'crc32c=:YQ==:', 'constructor=:YQ==:'])(
    'of an algorithm that nobody trusts is not looked at (RFC 9530 section 4): %s',
    async (header) => {
      const image = await anImage(http);

      const answer = await putFile(http, image, await aPicture()).set('Content-Digest', header);

      expect(answer.status).toBe(201);
    },
  );
});

describe('DELETE of a picture', () => {
  it('removes it and its file, and keeps the record with its annotations', async () => {
    const image = await aPhotograph(http, { width: 72 }, { annotations: [annotationFields()] });

    expect((await http.delete(pathTo(image, 'file'))).status).toBe(204);

    expectProblem(await getFile(http, image), 404, 'picture-not-found');
    const { body } = await http.get(pathTo(image));
    expect(body).toMatchObject({ file: null, version: 2, annotations: image.annotations });
    expect(Object.values(await filesBelow(service.dataDir))).not.toContain(image.file.sha256);
  });

  it('goes by the entity tag of the picture', async () => {
    const image = await aPhotograph(http);

    const answer = await expectNoChange(service, () =>
      http.delete(pathTo(image, 'file')).set('If-Match', '"another"'),
    );

    expectProblem(answer, 412, 'picture-changed');
    const tag = await etagOf(http, pathTo(image, 'file'));
    await http.delete(pathTo(image, 'file')).set('If-Match', tag).expect(204);
  });

  it('answers 404 when there is none', async () => {
    const image = await anImage(http);

    expectProblem(await http.delete(pathTo(image, 'file')), 404, 'picture-not-found');
  });
});

describe('the file on disk', () => {
  it('is never changed by what is made of it', async () => {
    const image = await aPhotograph(http, { orientation: 6, texture: true });
    const before = await filesBelow(service.dataDir);

    for (const query of [
      {},
      { scale: 0.1 },
      { scale: 2 },
      { quality: 1 },
      { scale: 1, quality: 100 },
    ])
      await getFile(http, image, query).expect(200);

    expect(await filesBelow(service.dataDir)).toEqual(before);
    expect(Object.values(before)).toContain(image.file.sha256);
  });

  it('is removed with the image when that is purged', async () => {
    const before = await filesBelow(service.dataDir);
    const image = await aPhotograph(http, { texture: true });
    expect(await filesBelow(service.dataDir)).not.toEqual(before);

    await http.delete(pathTo(image)).query({ purge: true }).expect(204);

    expect(await filesBelow(service.dataDir)).toEqual(before);
  });

  it('stays while the image is in the trash, and is there again after it', async () => {
    const picture = await aPicture({ texture: true });
    const image = await aPhotograph(http, picture);
    await http.delete(pathTo(image)).expect(204);
    await http.post(pathTo(image, 'restore')).expect(200);

    expect((await getFile(http, image)).body.equals(picture)).toBe(true);
  });

  it('is not kept when the record is refused', async () => {
    const picture = await aPicture();
    const refused = {
      'an unknown user': { user_id: 'nobody' },
      'an impossible polygon': { annotations: [annotationFields({ polygon: aBox(0, 0, 0, 10) })] },
      'a point outside the picture': {
        annotations: [annotationFields({ polygon: aBox(0, 0, 65, 10) })],
      },
    };
    for (const fields of Object.values(refused)) {
      const answer = await expectNoChange(service, () =>
        postForm(http, picture, imageFields(fields)),
      );
      expect(answer.status).toBe(422);
    }
  });

  it('is not kept when the key is taken', async () => {
    const image = await aPhotograph(http);
    const other = await aPicture({ format: 'png' });

    const answer = await expectNoChange(service, () =>
      postForm(http, other, imageFields({ image_key: image.image_key })),
    );

    expectProblem(answer, 409, 'image-exists');
  });
});

describe('what EXIF tells', () => {
  it('gives capture time and camera when the metadata leaves them out', async () => {
    const image = await aPhotograph(
      http,
      { exif: { ...EXIF, offset: '+02:00' } },
      { created_at: undefined },
    );

    expect(image).toMatchObject({
      created_at: '2024-05-06T05:08:09.250Z',
      hardware_id: 'Canon EOS R5',
    });
  });

  it('counts for nothing beside what the metadata says', async () => {
    const image = await aPhotograph(
      http,
      { exif: { ...EXIF, offset: '+02:00' } },
      { created_at: '2020-01-02T03:04:05Z', hardware_id: 'tray camera' },
    );

    expect(image).toMatchObject({
      created_at: '2020-01-02T03:04:05.000Z',
      hardware_id: 'tray camera',
    });
  });

  it('does not replace a camera that is said to be unknown', async () => {
    const image = await aPhotograph(http, { exif: EXIF }, { hardware_id: null });

    expect(image.hardware_id).toBeNull();
  });

  it('is refused as a capture time when it has no offset: a zone is never invented', async () => {
    const picture = await aPicture({ exif: EXIF });

    const answer = await expectNoChange(service, () =>
      postForm(http, picture, imageFields({ created_at: undefined })),
    );

    expectProblem(answer, 400, 'invalid-request', [
      { pointer: '#/created_at', detail: /EXIF.*offset.*EXIF_TIME_ZONE/ },
    ]);
  });

  it('must be there when nothing else tells the capture time', async () => {
    const picture = await aPicture();

    const answer = await expectNoChange(service, () =>
      postForm(http, picture, imageFields({ created_at: undefined })),
    );

    expectProblem(answer, 400, 'invalid-request', ['#/created_at']);
  });
});

describe('EXIF_TIME_ZONE', () => {
  let zoned: TestApp;
  beforeAll(async () => {
    zoned = await startApp({ exifTimeZone: 'Europe/London' });
  });
  afterAll(() => zoned.close());

  it.each([
    ['2024:01:06 12:00:00', undefined, '2024-01-06T12:00:00.000Z'],
    ['2024:07:06 12:00:00', undefined, '2024-07-06T11:00:00.000Z'],
    // The hour before summer time begins, and the one after.
    ['2024:03:31 00:59:59', undefined, '2024-03-31T00:59:59.000Z'],
    ['2024:03:31 02:00:00', undefined, '2024-03-31T01:00:00.000Z'],
    // The hour after it has ended.
    ['2024:10:27 02:00:00', undefined, '2024-10-27T02:00:00.000Z'],
    ['2024:07:06 12:00:00', '-05:00', '2024-07-06T17:00:00.000Z'],
  ])('makes of %s with the offset %s the instant %s', async (takenAt, offset, instant) => {
    const image = await aPhotograph(
      zoned.http,
      { exif: { takenAt, offset } },
      { created_at: undefined },
    );

    expect(image.created_at).toBe(instant);
  });
});

function digestOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function contentDigest(bytes: Buffer, algorithm: string): string {
  const digest = createHash(algorithm.replace('-', '')).update(bytes).digest('base64');
  return `${algorithm}=:${digest}:`;
}

async function sizeOf(picture: Buffer): Promise<{ width: number; height: number }> {
  const { width, height } = await sharp(picture).metadata();
  return { width, height };
}

function formatOf({ format, compression }: Metadata): string {
  return format === 'heif' && compression === 'av1' ? 'avif' : format;
}

function parametersOf(answer: { body: { errors: { parameter?: string }[] } }): unknown[] {
  return answer.body.errors.map(({ parameter }) => parameter);
}

/** Colours as they were painted, give or take what lossy compression does to them. */
function expectColours(found: number[][], painted: readonly (readonly number[])[]): void {
  expect(found).toHaveLength(painted.length);
  found.forEach((channels, place) =>
    channels.slice(0, 3).forEach((value, channel) => {
      const difference = Math.abs(value - (painted[place]?.[channel] ?? NaN));
      expect(difference).toBeLessThanOrEqual(14);
    }),
  );
}
