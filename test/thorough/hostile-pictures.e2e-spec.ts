import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cpuMs } from '../helpers/cpu-time.js';
import sharp from 'sharp';
import { startApp, type TestApp } from '../helpers/app.js';
import {
  avifBomb,
  gifBomb,
  gifOfManyFrames,
  tiffBomb,
  webpBomb,
  webpOfManyFrames,
} from '../helpers/picture-bombs.js';
import {
  type Drawing,
  drawPicture,
  pdf,
  pixelAt,
  pixelsOf,
  pngBomb,
  pngChunk,
  polyglot,
  ppm,
  QUADRANTS,
  quadrantsOf,
  svg,
  truncated,
} from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage, imageFields, pathTo } from '../helpers/records.js';
import { expectNoChange } from '../helpers/service-state.js';
import { aPhotograph, aPicture, getFile, postForm, putFile } from '../helpers/uploads.js';

const FORMATS = ['jpeg', 'png', 'webp', 'tiff', 'gif', 'avif'] as const;
const CUTS = [1, 20, 50, 80, 99];
const INERT = {
  'content-security-policy': "default-src 'none'; sandbox",
  'x-content-type-options': 'nosniff',
};

let service: TestApp;
let http: TestApp['http'];

beforeAll(async () => {
  service = await startApp();
  http = service.http;
});
afterAll(() => service.close());

describe('a picture that would be too large when it is decoded', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['PNG', () => pngBomb()],
    ['PNG of the largest size there is', () => pngBomb(0x7fffffff, 0x7fffffff)],
    ['GIF', () => gifBomb()],
    ['GIF of 501 frames', () => gifOfManyFrames(501)],
    ['WebP', () => webpBomb()],
    ['WebP of 20,000 frames', () => webpOfManyFrames(20_000)],
    ['TIFF', () => tiffBomb()],
    ['TIFF of 501 pages', () => tiffBomb(1, 1, 501)],
    ['TIFF whose pages are too large together', () => tiffBomb(1_000, 1_000, 51)],
    ['AVIF', () => avifBomb()],
    ['AVIF above what is allowed for AVIF', () => avifBomb(5_100, 5_000)],
    ['PNG of a few bytes that unpacks to 50 megapixels of grey', () => flat(7_100, 7_100)],
    ['progressive JPEG of 26 megapixels', () => progressive(5_200, 5_000)],
  ])('is refused at once with 413: %s', async (_what, draw) => {
    const bomb = await draw();
    const answer = await expectNoChange(service, async () => {
      const started = cpuMs();
      const answer = await postForm(http, bomb);
      // Decoding any of these would take longer than all that a request is.
      expect(cpuMs() - started).toBeLessThan(1_000);
      return answer;
    });

    expectProblem(answer, 413, 'too-many-pixels');
  });

  it('is refused as the picture of a record that exists, too', async () => {
    const image = await aPhotograph(http);

    const answer = await expectNoChange(service, () => putFile(http, image, pngBomb()));

    expectProblem(answer, 413, 'too-many-pixels');
  });

  it('keeps nobody from the service while twenty arrive', async () => {
    const bombs = Promise.all(Array.from({ length: 20 }, () => postForm(http, pngBomb())));

    const { status } = await http.get('/health/live');

    expect(status).toBe(200);
    for (const answer of await bombs) expectProblem(answer, 413, 'too-many-pixels');
  });
});

describe('a picture that was cut short', () => {
  it.each(FORMATS.flatMap((format) => CUTS.map((percent) => [format, percent] as const)))(
    'is refused with 422: the first part of a %s, %d %% of it',
    async (format, percent) => {
      const picture = await aPicture({ format, width: 200, height: 150, texture: true });

      const answer = await expectNoChange(service, () =>
        postForm(http, truncated(picture, percent)),
      );

      expectProblem(answer, 422, 'undecodable-picture');
    },
  );

  it.each([30, 70, 99])('is refused with 422: a progressive JPEG, %d %% of it', async (percent) => {
    const picture = await aPicture({ width: 200, height: 150, texture: true, progressive: true });

    const answer = await expectNoChange(service, () => postForm(http, truncated(picture, percent)));

    expectProblem(answer, 422, 'undecodable-picture');
  });

  // A JPEG's noughts are valid data: such a picture is grey in part, but whole.
  it('is refused with 422 when only noughts follow: a PNG', async () => {
    const picture = await aPicture({ format: 'png', width: 200, height: 150, texture: true });
    const holed = Buffer.concat([truncated(picture, 50), Buffer.alloc(picture.length)]);

    const answer = await expectNoChange(service, () => postForm(http, holed));

    expectProblem(answer, 422, 'undecodable-picture');
  });
});

describe('a picture that is damaged', () => {
  it('is refused with 422: a PNG with a wrong checksum', async () => {
    const picture = Buffer.from(await aPicture({ format: 'png', texture: true }));
    const place = picture.indexOf('IDAT') + 40;
    picture[place] = (picture[place] ?? 0) ^ 0xff;

    const answer = await expectNoChange(service, () => postForm(http, picture));

    expectProblem(answer, 422, 'undecodable-picture');
  });

  it('never breaks the service: 60 pictures with bytes changed at random', async () => {
    const originals = await Promise.all(
      FORMATS.map((format) => aPicture({ format, texture: true })),
    );
    for (let round = 0; round < 60; round += 1) {
      const changed = Buffer.from(originals[round % originals.length] ?? []);
      for (let change = 0; change < 5; change += 1)
        changed[pseudoRandom(round * 5 + change, changed.length)] = pseudoRandom(
          round + change,
          256,
        );

      const { status } = await postForm(http, changed, imageFields());

      expect([201, 413, 415, 422]).toContain(status);
    }
    expect((await http.get('/health/ready')).status).toBe(200);
  });
});

describe('a file that is no picture of an accepted type', () => {
  it.each<[string, () => Buffer | Promise<Buffer>]>([
    ['nothing', () => Buffer.alloc(0)],
    ['one byte', () => Buffer.from([0xff])],
    ['text', () => Buffer.from('This is no picture at all, but some lines of text.\n'.repeat(20))],
    ['noughts', () => Buffer.alloc(10_000)],
    ['a web page', () => Buffer.from('<!doctype html><html><script>alert(1)</script></html>')],
    ['SVG', svg],
    [
      'SVG behind an XML declaration',
      () => Buffer.concat([Buffer.from('<?xml version="1.0"?>'), svg()]),
    ],
    ['PDF', pdf],
    ['PPM', ppm],
    ['a picture of libvips (.v)', () => vips()],
    ['a raw OpenEXR', () => Buffer.from([0x76, 0x2f, 0x31, 0x01, ...Array<number>(100).fill(0)])],
    ['BMP', () => Buffer.concat([Buffer.from('BM'), Buffer.alloc(100)])],
    ['JPEG XL', () => Buffer.from([0xff, 0x0a, ...Array<number>(100).fill(0)])],
    ['JPEG 2000', () => Buffer.from([0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a])],
    ['HEIC', () => fileTypeBox('heic')],
    ['MP4', () => fileTypeBox('isom')],
    ['ZIP', () => Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(100)])],
  ])('is refused with 415: %s', async (_what, make) => {
    const file = await make();

    const posted = await expectNoChange(service, () => postForm(http, file));
    const image = await anImage(http);
    const put = await expectNoChange(service, () => putFile(http, image, file));

    expectProblem(posted, 415, 'unsupported-picture');
    expectProblem(put, 415, 'unsupported-picture');
  });

  it.each([
    ['\xff\xd8\xff\xe0', 422],
    ['GIF89a', 422],
    ['II*\0', 422],
    ['MM\0*', 422],
    // Here the text stands where the size does.
    ['\x89PNG\r\n\x1a\n', 413],
  ])('is refused when it only begins like one: %j', async (start, status) => {
    const file = Buffer.concat([
      Buffer.from(start, 'latin1'),
      Buffer.from('and then text '.repeat(50)),
    ]);

    const answer = await expectNoChange(service, () => postForm(http, file));

    expectProblem(answer, status, status === 413 ? 'too-many-pixels' : 'undecodable-picture');
  });

  it('leaves nothing of the decoder or the disk in its problem', async () => {
    const answer = await postForm(http, truncated(await aPicture({ texture: true }), 50));

    expect(answer.text).not.toMatch(/vips|jpeg:|\/tmp|incoming|node_modules|\.js/i);
  });
});

describe('a file that is a picture and something else as well', () => {
  it.each<[string, () => Promise<Buffer>, string]>([
    ['a JPEG that is a web page', polyglot, 'image/jpeg'],
    ['a GIF that is a script', gifScript, 'image/gif'],
    ['a PNG with a page in its text', pngPage, 'image/png'],
    ['a JPEG with a ZIP archive behind it', jpegZip, 'image/jpeg'],
  ])('is served as the picture only, and as nothing that runs: %s', async (_what, make, type) => {
    const file = await make();
    const { body: image } = await http
      .post('/images')
      .field('metadata', JSON.stringify(imageFields()))
      .attach('file', file, { filename: 'page.html', contentType: 'text/html' })
      .expect(201);

    const original = await getFile(http, image);
    expect(original.headers).toMatchObject({ ...INERT, 'content-type': type });
    expect(original.body.equals(file)).toBe(true);
    const rendition = await getFile(http, image, { quality: 80 });
    expect(rendition.headers).toMatchObject({ ...INERT, 'content-type': type });
    expect(rendition.body.includes('alert(1)')).toBe(false);
  });
});

describe('pictures of every kind of colour', () => {
  it.each<[string, Partial<Drawing>]>([
    ['16-bit PNG', { format: 'png', depth: 16 }],
    ['16-bit TIFF', { format: 'tiff', depth: 16 }],
    ['16-bit PNG in Display P3', { format: 'png', depth: 16, icc: 'p3' }],
    ['CMYK JPEG', { format: 'jpeg', cmyk: true, icc: 'cmyk' }],
    ['JPEG in Display P3', { format: 'jpeg', icc: 'p3' }],
    ['PNG in Display P3', { format: 'png', icc: 'p3' }],
    ['PNG with a palette', { format: 'png', palette: true }],
    ['interlaced PNG', { format: 'png', progressive: true }],
    ['progressive JPEG', { format: 'jpeg', progressive: true }],
    ['PNG with alpha', { format: 'png', alpha: true }],
    ['lossless WebP', { format: 'webp', lossless: true }],
  ])('have the right colours when they are scaled: %s', async (_what, drawing) => {
    const picture = await aPicture(drawing);
    const image = await aPhotograph(http, picture);

    const { body } = await getFile(http, image, { scale: 0.5 });

    const found = quadrantsOf(await pixelsOf(body));
    // CMYK knows fewer colours than were painted, and what is wholly transparent has none.
    const painted = drawing.cmyk
      ? quadrantsOf(await pixelsOf(picture))
      : Object.values(QUADRANTS).slice(0, drawing.alpha ? 3 : 4);
    painted.forEach((colour, place) =>
      colour.forEach((value, channel) =>
        expect(Math.abs((found[place]?.[channel] ?? NaN) - value)).toBeLessThanOrEqual(14),
      ),
    );
    expect((await sharp(body).metadata()).space).toBe('srgb');
  });

  it('stay grey when they are grey', async () => {
    const image = await aPhotograph(http, { format: 'png', greyscale: true });

    const { body } = await getFile(http, image, { scale: 0.5 });

    const [red, green, blue] = pixelAt(
      await pixelsOf(await sharp(body).toColourspace('srgb').png().toBuffer()),
      3,
      3,
    );
    expect([green, blue]).toEqual([red, red]);
  });

  it('leaves the place where it was taken in the original only', async () => {
    const exif = { gps: true, make: 'Canon', model: 'EOS R5' };
    const image = await aPhotograph(http, { exif });

    const original = (await getFile(http, image)).body as Buffer;
    const rendition = (await getFile(http, image, { scale: 1 })).body as Buffer;

    expect(original.includes('Canon')).toBe(true);
    expect(rendition.includes('Canon')).toBe(false);
    expect(rendition.includes('Exif')).toBe(false);
    expect((await http.get(pathTo(image))).text).not.toMatch(/gps|latitude/i);
  });
});

/** A picture of one colour: few bytes, many pixels. */
function flat(width: number, height: number): Promise<Buffer> {
  return oneColour(width, height).png().toBuffer();
}

function progressive(width: number, height: number): Promise<Buffer> {
  return oneColour(width, height).jpeg({ progressive: true, quality: 10 }).toBuffer();
}

function oneColour(width: number, height: number) {
  return sharp({ create: { width, height, channels: 3, background: '#888' } });
}

function vips(): Promise<Buffer> {
  const head = Buffer.alloc(64);
  head.writeUInt32BE(0x08f2a6b6);
  return Promise.resolve(Buffer.concat([head, Buffer.alloc(200)]));
}

function fileTypeBox(brand: string): Buffer {
  const box = Buffer.from(`\0\0\0\x14ftyp${brand}\0\0\0\0mif1`, 'latin1');
  return Buffer.concat([box, Buffer.alloc(200)]);
}

async function gifScript(): Promise<Buffer> {
  const gif = await drawPicture({ format: 'gif', width: 20, height: 20 });
  const script = Buffer.from('/*alert(1)*/=1;alert(1)');
  return Buffer.concat([gif, script]);
}

async function pngPage(): Promise<Buffer> {
  const png = await aPicture({ format: 'png' });
  const text = pngChunk('tEXt', Buffer.from('Comment\0<html><script>alert(1)</script></html>'));
  return Buffer.concat([png.subarray(0, 33), text, png.subarray(33)]);
}

async function jpegZip(): Promise<Buffer> {
  return Buffer.concat([await aPicture(), Buffer.from('PK\x05\x06'), Buffer.alloc(18)]);
}

/** The same numbers on every run. */
function pseudoRandom(seed: number, below: number): number {
  return (Math.imul(seed + 1, 2_654_435_761) >>> 8) % below;
}
