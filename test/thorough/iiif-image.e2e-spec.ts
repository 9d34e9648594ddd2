import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { Response } from 'supertest';
import { planImage } from '../../src/iiif/image-api/image-request.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { squareAt, drawSquares, SIDE, SQUARE } from '../helpers/squares.js';
import { drawPicture, pixelAt, pixelsOf, QUADRANTS, quadrantsOf } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage } from '../helpers/records.js';
import { aPhotograph, getFile } from '../helpers/uploads.js';

const JSON_LD = 'application/ld+json;profile="http://iiif.io/api/image/3/context.json"';
const KEY = 'tray 7/front "50%" ü~(1)';
type Column = readonly [column: number, row: number];

// What the validator of the IIIF asks at levels 0 to 2 and of optional features, written anew from
// https://iiif.io/api/image/3.0/ and https://iiif.io/api/image/3.0/compliance/.
describe('the IIIF Image API', () => {
  let service: TestApp;
  let base: string;

  beforeAll(async () => {
    service = await startApp();
    await aPhotograph(service.http, await drawSquares(), { image_key: KEY });
    base = `/iiif/3/${encodeURIComponent(KEY)}`;
  });
  afterAll(() => service.close());

  describe('info.json', () => {
    it('is complete and true (info_json, id_basic)', async () => {
      const { body } = await service.http.get(`${base}/info.json`).expect(200);
      expect(body).toEqual({
        '@context': 'http://iiif.io/api/image/3/context.json',
        id: `${service.url}${base}`,
        type: 'ImageService3',
        protocol: 'http://iiif.io/api/image',
        profile: 'level2',
        width: SIDE,
        height: SIDE,
        maxWidth: 8_192,
        maxHeight: 8_192,
        maxArea: 50_000_000,
        sizes: [
          { width: 500, height: 500 },
          { width: 1_000, height: 1_000 },
        ],
        tiles: [{ width: 512, height: 512, scaleFactors: [1, 2] }],
        preferredFormats: ['webp', 'png', 'jpg'],
        extraFormats: ['webp', 'tif', 'gif', 'avif'],
        extraQualities: ['color', 'gray', 'bitonal'],
        extraFeatures: [
          'canonicalLinkHeader',
          'mirroring',
          'profileLinkHeader',
          'rotationArbitrary',
          'sizeUpscaling',
        ],
      });
      expect(Object.keys(body as object)[0]).toBe('@context');
    });

    it('answers every size and tile that it names', async () => {
      const { body } = await service.http.get(`${base}/info.json`);
      for (const { width, height } of body.sizes)
        expect(await sizeOf(`full/${width},${height}/0/default.jpg`)).toEqual([width, height]);
      expect(await sizeOf('512,512,488,488/488,488/0/default.jpg')).toEqual([488, 488]);
      expect(await sizeOf('0,0,1000,1000/500,500/0/default.jpg')).toEqual([500, 500]);
    });

    it('is linked data, or plain JSON for who prefers that (jsonld)', async () => {
      const typeFor = async (accept: string) => {
        const { headers } = await service.http.get(`${base}/info.json`).set('Accept', accept);
        expect(headers.vary).toContain('Accept');
        return headers['content-type'];
      };
      expect(await typeFor('application/ld+json')).toBe(JSON_LD);
      expect(await typeFor(JSON_LD)).toBe(JSON_LD);
      expect(await typeFor('*/*')).toBe(JSON_LD);
      expect(await typeFor('text/html')).toBe(JSON_LD);
      expect(await typeFor('application/json')).toBe('application/json');
      expect(await typeFor('application/ld+json;q=0.5, application/json')).toBe('application/json');
    });

    it('has an entity tag of its form, and answers 304', async () => {
      const { headers } = await service.http.get(`${base}/info.json`).expect(200);
      const plain = await service.http.get(`${base}/info.json`).set('Accept', 'application/json');
      expect(plain.headers.etag).not.toBe(headers.etag);
      const again = service.http.get(`${base}/info.json`).set('If-None-Match', headers.etag!);
      expect((await again.expect(304)).headers['cache-control']).toBe('private, no-cache');
      await service.http.head(`${base}/info.json`).expect(200);
    });

    it('is where the base URI leads (baseurl_redirect)', async () => {
      const { headers } = await service.http.get(base).expect(303);
      expect(headers.location).toBe(`${service.url}${base}/info.json`);
    });

    it('has its id at the address that PUBLIC_URL says', async () => {
      service.environment.publicUrl = 'https://loupe.example.org/api';
      const { body } = await service.http.get(`${base}/info.json`);
      const picture = await ask('full/10,/0/default.jpg');
      service.environment.publicUrl = undefined;
      expect(body.id).toBe(`https://loupe.example.org/api${base}`);
      expect(picture.headers.link).toContain(`<https://loupe.example.org/api${base}/full/10,10/`);
    });

    it('is measured upright', async () => {
      const { image_key } = await aPhotograph(service.http, { orientation: 6 });
      const { body } = await service.http.get(`/iiif/3/${image_key}/info.json`);
      expect([body.width, body.height]).toEqual([64, 48]);
    });
  });

  describe('an identifier', () => {
    it('has its slash percent-encoded (id_escaped)', async () => {
      await service.http.get(`${base}/info.json`).expect(200);
      expectProblem(
        await service.http.get(
          `/iiif/3/${KEY.split('/').map(encodeURIComponent).join('/')}/info.json`,
        ),
        404,
        'route-not-found',
      );
    });

    it('that nobody has is 404 (id_random), whatever is asked', async () => {
      for (const path of ['', '/info.json', '/full/max/0/default.jpg', '/a/b/c/d.e'])
        expectProblem(await service.http.get(`/iiif/3/nobody${path}`), 404, 'image-not-found');
    });

    it('of an image without a picture is 404', async () => {
      const { image_key } = await anImage(service.http);
      for (const path of ['', '/info.json', '/full/max/0/default.jpg'])
        expectProblem(
          await service.http.get(`/iiif/3/${image_key}${path}`),
          404,
          'picture-not-found',
        );
    });
  });

  describe('region', () => {
    it.each([
      ['0,0,100,100', [0, 0]],
      ['700,300,100,100', [7, 3]],
      ['pct:30,80,10,10', [3, 8]],
      ['900,900,300,300', [9, 9]],
    ] as [string, Column][])(
      '%s is square %p (region_pixels, region_percent)',
      async (region, at) => {
        const pixels = await picture(`${region}/max/0/default.png`);
        expect([pixels.width, pixels.height]).toEqual([SQUARE, SQUARE]);
        expectColour(pixelAt(pixels, 50, 50), squareAt(...at));
        expectColour(pixelAt(pixels, 2, 2), squareAt(...at));
        expectColour(pixelAt(pixels, 97, 97), squareAt(...at));
      },
    );

    it('square is the middle of the picture (region_square)', async () => {
      const { image_key } = await aPhotograph(service.http, {
        width: 300,
        height: 100,
        format: 'png',
      });
      const answer = await service.http.get(`/iiif/3/${image_key}/square/max/0/default.png`);
      const pixels = await pixelsOf(answer.body as Buffer);
      expect([pixels.width, pixels.height]).toEqual([100, 100]);
      expect(quadrantsOf(pixels).map((colour) => colour.slice(0, 3))).toEqual(
        Object.values(QUADRANTS),
      );
    });

    it.each(['1000,0,10,10', '0,0,0,10', 'pct:100,0,10,10', 'pct:0,0,10,0', 'random'])(
      '%s is 400',
      async (region) => refusedFor(`${region}/max/0/default.jpg`, 'region'),
    );
  });

  describe('size', () => {
    it.each([
      ['max', [1_000, 1_000]],
      ['300,', [300, 300]],
      [',240', [240, 240]],
      ['pct:25', [250, 250]],
      ['300,200', [300, 200]],
      ['!500,320', [320, 320]],
      ['!1000,3000', [1_000, 1_000]],
      ['^1200,', [1_200, 1_200]],
      ['^,1100', [1_100, 1_100]],
      ['^pct:110', [1_100, 1_100]],
      ['^1100,500', [1_100, 500]],
      ['^!2000,1200', [1_200, 1_200]],
    ] as [string, [number, number]][])(
      '%s makes %p (size_wc, size_ch, size_percent, size_wh, size_bwh, size_up)',
      async (size, expected) => {
        const pixels = await picture(`full/${size}/0/default.png`);
        expect([pixels.width, pixels.height]).toEqual(expected);
        for (const at of [
          [0, 0],
          [4, 7],
          [9, 2],
        ] as Column[]) {
          const [x, y] = at.map((place) => (place + 0.5) / 10);
          const pixel = pixelAt(
            pixels,
            Math.floor(x! * pixels.width),
            Math.floor(y! * pixels.height),
          );
          expectColour(pixel, squareAt(...at));
        }
      },
    );

    it('^max is as large as the limits allow', async () => {
      const { image_key } = await aPhotograph(service.http, { format: 'png' });
      const { maxOutputSide } = service.environment;
      service.environment.maxOutputSide = 320;
      const answer = await service.http.get(`/iiif/3/${image_key}/full/^max/0/default.png`);
      service.environment.maxOutputSide = maxOutputSide;
      const { width, height } = await sharp(answer.body as Buffer).metadata();
      expect([width, height]).toEqual([320, 240]);
    });

    it('is that of the region (size_region)', async () => {
      const pixels = await picture('200,100,100,100/50,/0/default.png');
      expect([pixels.width, pixels.height]).toEqual([50, 50]);
      expectColour(pixelAt(pixels, 25, 25), squareAt(2, 1));
      await refusedFor('200,100,100,100/101,/0/default.png', 'size');
    });

    it.each([
      '1001,',
      ',1500',
      '1500,1500',
      'pct:200',
      '!2000,3000',
      '0,',
      'pct:0',
      'full',
      'random',
      '^9000,',
    ])('%s is 400 (size_noup, size_error_random)', async (size) =>
      refusedFor(`full/${size}/0/default.jpg`, 'size'),
    );
  });

  describe('rotation', () => {
    const turned: Record<string, (at: Column) => Column> = {
      '0': ([x, y]) => [x, y],
      '90': ([x, y]) => [9 - y, x],
      '180': ([x, y]) => [9 - x, 9 - y],
      '270': ([x, y]) => [y, 9 - x],
      '360': ([x, y]) => [x, y],
      '!0': ([x, y]) => [9 - x, y],
      '!90': ([x, y]) => [9 - y, 9 - x],
      '!180': ([x, y]) => [x, 9 - y],
    };

    it.each(Object.keys(turned))(
      '%s (rot_basic, rot_full_basic, rot_mirror, rot_mirror_180)',
      async (rotation) => {
        const pixels = await picture(`full/max/${rotation}/default.png`);
        for (const at of [
          [0, 0],
          [3, 1],
          [8, 6],
        ] as Column[]) {
          const [x, y] = turned[rotation]!(at);
          expectColour(pixelAt(pixels, x * SQUARE + 50, y * SQUARE + 50), squareAt(...at));
        }
      },
    );

    it('turns and mirrors a region (rot_region_basic)', async () => {
      for (const [rotation, first] of [
        ['90', [2, 6]],
        ['!90', [4, 6]],
      ] as [string, Column][]) {
        // Three squares by two: the turned picture's top left is the region's bottom left, or right if mirrored.
        const pixels = await picture(`200,500,300,200/max/${rotation}/default.png`);
        expect([pixels.width, pixels.height]).toEqual([200, 300]);
        expectColour(pixelAt(pixels, 50, 50), squareAt(...first));
      }
    });

    it('by any angle holds all of the picture, and is transparent around it (rot_full_non90)', async () => {
      const pixels = await picture('full/500,500/45/default.png');
      expect(pixels.width).toBeGreaterThanOrEqual(706);
      expect(pixels.width).toBeLessThanOrEqual(709);
      expect(pixels.channels).toBe(4);
      expect(pixelAt(pixels, 3, 3)[3]).toBe(0);
      const middle = Math.floor(pixels.width / 2);
      // Their middles are 175 pixels to the side and up from that of the picture, before it is turned.
      expectColour(pixelAt(pixels, middle, middle - 247), squareAt(1, 1));
      expectColour(pixelAt(pixels, middle + 247, middle), squareAt(8, 1));
      const opaque = await picture('full/500,500/45/default.jpg');
      expectColour(pixelAt(opaque, 3, 3), [255, 255, 255]);
    });

    it('by any angle turns a region (rot_region_non90)', async () => {
      const pixels = await picture('300,300,100,100/max/22.5/default.png');
      expect(pixels.width).toBeGreaterThan(129);
      expect(pixels.width).toBeLessThan(133);
      expectColour(pixelAt(pixels, 65, 65), squareAt(3, 3));
    });

    it.each(['-90', '361', 'random', '!'])('%s is 400 (rot_error_random)', async (rotation) =>
      refusedFor(`full/max/${rotation}/default.jpg`, 'rotation'),
    );
  });

  describe('quality', () => {
    it.each(['default', 'color'])('%s has all colours (quality_color)', async (quality) => {
      const pixels = await picture(`full/200,/0/${quality}.png`);
      expectColour(pixelAt(pixels, 70, 30), squareAt(3, 1));
    });

    it('gray has grey ones (quality_grey)', async () => {
      for (const format of ['jpg', 'png', 'webp']) {
        const { data, channels } = await pixelsWith3Channels(
          await bytes(`full/100,/0/gray.${format}`),
        );
        const grey = new Set<number>();
        for (let at = 0; at < data.length; at += channels) {
          const [red, green, blue] = data.subarray(at, at + 3);
          // WebP keeps brightness and colour apart, and rounds both.
          if (Math.max(red!, green!, blue!) - Math.min(red!, green!, blue!) > 1)
            throw new Error(`a pixel of ${format} is ${[red, green, blue].join()}`);
          grey.add(data[at]!);
        }
        expect(grey.size).toBeGreaterThan(10);
      }
    });

    it('bitonal has black and white ones (quality_bitonal)', async () => {
      const { data } = await pixelsOf(await bytes('full/max/0/bitonal.png'));
      expect(new Set(data)).toEqual(new Set([0, 255]));
    });

    it.each(['random', 'grey', 'native'])('%s is 400 (quality_error_random)', async (quality) =>
      refusedFor(`full/max/0/${quality}.jpg`, 'quality'),
    );
  });

  describe('format', () => {
    it.each([
      ['jpg', 'image/jpeg', 'jpeg'],
      ['png', 'image/png', 'png'],
      ['webp', 'image/webp', 'webp'],
      ['tif', 'image/tiff', 'tiff'],
      ['gif', 'image/gif', 'gif'],
      ['avif', 'image/avif', 'heif'],
    ])('%s is %s (format_*)', async (format, mediaType, decoder) => {
      const answer = await ask(`full/64,/0/default.${format}`).expect(200);
      expect(answer.headers['content-type']).toBe(mediaType);
      const metadata = await sharp(answer.body as Buffer).metadata();
      expect(metadata).toMatchObject({ format: decoder, width: 64, height: 64 });
    });

    it.each(['jp2', 'pdf', 'random', 'jpeg'])('%s is 400 (format_error_random)', async (format) =>
      refusedFor(`full/max/0/default.${format}`, 'format'),
    );
  });

  describe('an answer', () => {
    it('links to its profile and its canonical form (linkheader_profile, linkheader_canonical)', async () => {
      const { headers } = await ask('0,0,1000,1000/^!2000,1200/!0/color.webp').expect(200);
      expect(headers.link).toBe(
        `<http://iiif.io/api/image/3/level2.json>;rel="profile", <${service.url}${base}/full/%5E1200,1200/!0/default.webp>;rel="canonical"`,
      );
      const [, canonical = ''] = /<([^>]+)>;rel="canonical"/.exec(headers.link!) ?? [];
      const same = await service.http.get(canonical.slice(service.url.length)).expect(200);
      expect(same.headers.etag).toBe(headers.etag);
      expect(same.headers.link).toBe(headers.link);
    });

    it('is the same rendition as that of our own API', async () => {
      const own = await getFile(service.http, { image_key: KEY }, { width: 120, format: 'webp' });
      const iiif = await ask('full/120,/0/default.webp').expect(200);
      expect(own.status).toBe(200);
      expect(iiif.headers.etag).toBe(own.headers.etag);
      expect(iiif.headers['x-image-transform']).toBe('0.12,0,0,0.12,0,0');
      expect(Buffer.compare(iiif.body as Buffer, own.body as Buffer)).toBe(0);
      await ask('full/120,/0/default.webp').set('If-None-Match', own.headers.etag!).expect(304);
    });

    it('has the size that was meant, whatever comes together', async () => {
      const { image_key } = await aPhotograph(service.http, {
        ...{ format: 'png', width: 37, height: 23, alpha: true },
      });
      for (const region of ['full', '36,0,1,23'])
        for (const rotation of ['!90', '7.3', '0.0000000001'])
          for (const quality of ['default', 'gray', 'bitonal'])
            for (const format of ['jpg', 'png', 'webp', 'tif', 'gif', 'avif']) {
              const rest = `${region}/^,30/${rotation}/${quality}.${format}`;
              const answer = await service.http.get(`/iiif/3/${image_key}/${rest}`);
              const parameters = { region, size: '^,30', rotation, quality, format };
              const { plan } = planImage(
                parameters,
                { width: 37, height: 23 },
                service.environment,
              );
              expect({ rest, status: answer.status }).toEqual({ rest, status: 200 });
              const { width, height } = await sharp(answer.body as Buffer).metadata();
              expect({ rest, size: { width, height } }).toEqual({ rest, size: plan.size });
            }
    });

    it('names every bad parameter at once', async () => {
      const faults = ['region', 'size', 'rotation', 'quality', 'format'];
      expectProblem(await ask('a/b/c/d.e'), 400, 'invalid-request', faults);
    });

    it('can be read by the pages of every origin (cors)', async () => {
      for (const path of ['', '/info.json', '/full/8,/0/default.jpg', '/full/0,/0/default.jpg']) {
        const request = service.http.get(`${base}${path}`).set('Origin', 'https://viewer.example');
        const { headers } = await request;
        expect(headers['access-control-allow-origin']).toBe('*');
        expect(headers['access-control-allow-credentials']).toBeUndefined();
        expect(headers['cross-origin-resource-policy']).toBe('cross-origin');
      }
      const preflight = await service.http
        .options(`${base}/info.json`)
        .set('Origin', 'https://viewer.example')
        .set('Access-Control-Request-Method', 'GET')
        .set('Access-Control-Request-Headers', 'X-API-Key')
        .expect(204);
      expect(preflight.headers['access-control-allow-origin']).toBe('*');
      expect(preflight.headers['access-control-allow-methods']).toBe('GET,HEAD');
      expect(preflight.headers['access-control-allow-headers']).toContain('X-API-Key');
    });

    it('opens nothing else to other origins', async () => {
      const { headers } = await service.http.get('/images').set('Origin', 'https://viewer.example');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    });

    it('shows the picture that is there now', async () => {
      const { image_key } = await aPhotograph(service.http, { format: 'png' });
      const path = `/iiif/3/${image_key}/full/max/0/default.png`;
      const before = await service.http.get(path).expect(200);
      const other = await drawPicture({ format: 'png', width: 30, height: 20 });
      await service.http.put(`/images/${image_key}/file`).type('image/png').send(other).expect(200);
      const after = await service.http.get(path).expect(200);
      expect(after.headers.etag).not.toBe(before.headers.etag);
      expect((await sharp(after.body as Buffer).metadata()).width).toBe(30);
    });
  });

  function ask(path: string) {
    return service.http.get(`${base}/${path}`);
  }

  async function bytes(path: string): Promise<Buffer> {
    const answer: Response = await ask(path);
    expect({ path, status: answer.status }).toEqual({ path, status: 200 });
    return answer.body as Buffer;
  }

  async function picture(path: string) {
    return pixelsOf(await bytes(path));
  }

  async function sizeOf(path: string) {
    const { width, height } = await sharp(await bytes(path)).metadata();
    return [width, height];
  }

  async function refusedFor(path: string, parameter: string) {
    expectProblem(await ask(path), 400, 'invalid-request', [parameter]);
  }
});

async function pixelsWith3Channels(picture: Buffer) {
  const { data, info } = await sharp(picture)
    .toColourspace('srgb')
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { data, channels: info.channels };
}

/** Encoders and filters may change a colour a little. */
function expectColour(pixel: number[], colour: readonly number[]): void {
  const off = Math.max(...colour.map((value, channel) => Math.abs(value - pixel[channel]!)));
  expect({ pixel, colour, isClose: off <= 12 }).toMatchObject({ isClose: true });
}
