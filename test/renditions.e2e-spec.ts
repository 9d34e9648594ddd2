import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { startApp, type TestApp } from './helpers/app.js';
import { type Colour, type Drawing, pixelAt, type Pixels, pixelsOf } from './helpers/pictures.js';
import { QUADRANTS, quadrantsOf } from './helpers/pictures.js';
import { expectProblem } from './helpers/problems.js';
import { aBox, anAnnotation, annotationFields, aPolygon, at, pathTo } from './helpers/records.js';
import type { Fields } from './helpers/records.js';
import { aPhotograph, getFile, type Photograph } from './helpers/uploads.js';

const COLOURS = Object.values(QUADRANTS);
const { topLeft, topRight, bottomLeft, bottomRight } = QUADRANTS;
const RED: Colour = [255, 0, 0];
const GREEN: Colour = [0, 255, 0];
const BLUE: Colour = [0, 0, 255];
const MAGENTA: Colour = [255, 0, 255];

let service: TestApp;
let http: TestApp['http'];
/** 64 × 48 pixels of {@link QUADRANTS}, without loss. */
let quadrants: Photograph;

beforeAll(async () => {
  service = await startApp();
  http = service.http;
  quadrants = await aPhotograph(http, { format: 'png' });
});
afterAll(() => service.close());

async function rendered(image: Photograph, query: Fields): Promise<Pixels> {
  const answer = await getFile(http, image, query);
  expect({ status: answer.status, body: answer.body }).toMatchObject({ status: 200 });
  return pixelsOf(answer.body as Buffer);
}

/** Without alpha. */
function colourAt(pixels: Pixels, x: number, y: number): Colour {
  const [red, green, blue] = pixelAt(pixels, x, y);
  return [red!, green!, blue!];
}

function expectColours(found: number[][], expected: readonly Colour[], tolerance = 2): void {
  const distances = found.map((colour, index) =>
    Math.max(...expected[index]!.map((value, channel) => Math.abs(value - colour[channel]!))),
  );
  expect(Math.max(...distances)).toBeLessThanOrEqual(tolerance);
}

/** 64 × 48 pixels: 8 columns of red, 48 of green, 8 of blue. */
async function aBanner(): Promise<Photograph> {
  const data = Buffer.alloc(64 * 48 * 3);
  for (let pixel = 0; pixel < 64 * 48; pixel += 1) {
    const x = pixel % 64;
    data.set(x < 8 ? RED : x < 56 ? GREEN : BLUE, pixel * 3);
  }
  const raw = { width: 64, height: 48, channels: 3 as const };
  return aPhotograph(http, await sharp(data, { raw }).png().toBuffer());
}

describe('the size of a rendition', () => {
  it('is reached by cutting, surrounding or stretching', async () => {
    const banner = await aBanner();
    const square = { width: 24, height: 24 };

    const cover = await rendered(banner, { ...square, fit: 'cover' });
    expect(cover).toMatchObject(square);
    expectColours([pixelAt(cover, 1, 12), pixelAt(cover, 22, 12)], [GREEN, GREEN]);

    const fill = await rendered(banner, { ...square, fit: 'fill' });
    expect(fill).toMatchObject(square);
    const acrossFill = [0, 12, 23].map((x) => pixelAt(fill, x, 0));
    expectColours(acrossFill, [RED, GREEN, BLUE], 20);

    const contain = await rendered(banner, { ...square, fit: 'contain', background: 'ff00ff' });
    expect(contain).toMatchObject(square);
    const bars = [pixelAt(contain, 12, 0), pixelAt(contain, 12, 2), pixelAt(contain, 12, 23)];
    expectColours(bars, [MAGENTA, MAGENTA, MAGENTA]);
    const acrossContain = [0, 12, 23].map((x) => pixelAt(contain, x, 12));
    expectColours(acrossContain, [RED, GREEN, BLUE], 20);
  });

  it.each([
    [{ width: 640 }, 64, 48],
    [{ width: 128, enlarge: true }, 128, 96],
    [{ width: 16, dpr: 2 }, 32, 24],
    [{ width: 32, height: 32 }, 32, 24],
    [{ width: 32, height: 32, fit: 'outside' }, 43, 32],
    [{ height: 32, rotate: 90 }, 24, 32],
  ])('asked for by %j is %d × %d', async (query, width, height) => {
    expect(await rendered(quadrants, query)).toMatchObject({ width, height });
  });
});

describe('the part that is shown', () => {
  it('is these very pixels', async () => {
    const original = await pixelsOf((await getFile(http, quadrants)).body as Buffer);
    const part = await rendered(quadrants, { region: '30,20,5,7' });

    expect(part).toMatchObject({ width: 5, height: 7 });
    for (const [x, y] of at('0,0 1,0 2,0 4,0 0,3 0,4 1,4 2,4 4,6'))
      expect(pixelAt(part, x, y)).toEqual(pixelAt(original, 30 + x, 20 + y));
  });

  it('is what an annotation marks, with as much around it as there is', async () => {
    const image = await aPhotograph(http, { format: 'png' });
    await anAnnotation(http, { index: 3, polygon: aBox(34, 4, 60, 20) }, image);

    const bare = await rendered(image, { region: 'annotation:3' });
    expect(bare).toMatchObject({ width: 26, height: 16 });
    expectColours(quadrantsOf(bare), [topRight, topRight, topRight, topRight]);

    const padded = await rendered(image, { region: 'annotation:3', pad: 10 });
    expect(padded).toMatchObject({ width: 64 - 24, height: 30 });
    const corners = [pixelAt(padded, 0, 0), pixelAt(padded, 39, 0), pixelAt(padded, 0, 29)];
    expectColours([...corners, pixelAt(padded, 39, 29)], COLOURS);
  });

  it('is turned clockwise after EXIF was obeyed', async () => {
    const image = await aPhotograph(http, { orientation: 6 });
    const turned = await rendered(image, { rotate: 90 });

    expect(turned).toMatchObject({ width: 48, height: 64 });
    expectColours(quadrantsOf(turned), [bottomLeft, topLeft, bottomRight, topRight], 8);
  });
});

describe('the format of a rendition', () => {
  it.each([
    ['jpeg', 'jpeg'],
    ['png', 'png'],
    ['webp', 'webp'],
    ['avif', 'heif'],
  ])('is %s where that is asked for', async (format, decoder) => {
    const { body, headers } = await getFile(http, quadrants, { format });
    expect(headers['content-type']).toBe(`image/${format}`);
    expect((await sharp(body as Buffer).metadata()).format).toBe(decoder);
    expectColours(quadrantsOf(await pixelsOf(body as Buffer)), COLOURS, 12);
  });

  it.each([
    ['image/avif,image/webp,image/*;q=0.8', 'avif'],
    ['image/webp,*/*', 'webp'],
    ['image/avif;q=0.1,image/webp', 'webp'],
    ['*/*', 'png'],
  ])('is chosen for Accept: %s, and caches are told', async (accept, format) => {
    const query = { width: 32, format: 'auto' };
    const { headers } = await getFile(http, quadrants, query).set('Accept', accept);
    expect(headers['content-type']).toBe(`image/${format}`);
    expect(String(headers.vary).split(/, */)).toContain('Accept');

    const again = getFile(http, quadrants, query).set('Accept', accept);
    const known = await again.set('If-None-Match', String(headers.etag));
    expect(known.status).toBe(304);
    expect(String(known.headers.vary).split(/, */)).toContain('Accept');
  });

  it('has the best quality with which it fits max_bytes', async () => {
    const image = await aPhotograph(http, { width: 128, height: 96, texture: true });
    const bytesAt = async (query: Fields) =>
      ((await getFile(http, image, { format: 'webp', ...query }).expect(200)).body as Buffer)
        .length;
    const limit = await bytesAt({ quality: 40 });

    expect(await bytesAt({ max_bytes: limit })).toBe(limit);
    const less = await bytesAt({ max_bytes: limit - 1 });
    expect(less).toBeLessThan(limit);
    expect(less).toBeGreaterThan(await bytesAt({ quality: 30 }));
    expect(await bytesAt({ max_bytes: limit, quality: 20 })).toBe(await bytesAt({ quality: 20 }));
  });
});

describe('annotations in a rendition', () => {
  it('are drawn where they are, as they are now', async () => {
    const image = await aPhotograph(http, { format: 'png', width: 320, height: 240 });
    const annotation = await anAnnotation(http, { polygon: aBox(40, 40, 120, 100) }, image);
    const bare = await rendered(image, { scale: 0.5 });
    const query = { scale: 0.5, overlay: 'annotations' };
    const { headers } = await getFile(http, image, query).expect(200);

    const drawn = await rendered(image, query);
    expect(colourAt(drawn, 40, 40)).not.toEqual(colourAt(bare, 40, 40));
    for (const [x, y] of at('4,4 155,4 4,115 155,115 100,80'))
      expectColours([pixelAt(drawn, x, y)], [colourAt(bare, x, y)], 0);

    const moved = annotationFields({ polygon: aBox(200, 140, 300, 220) });
    await http.put(pathTo(annotation)).send(moved).expect(200);
    const tag = String(headers.etag);
    const later = await getFile(http, image, query).set('If-None-Match', tag).expect(200);
    expect(later.headers.etag).not.toBe(tag);
    const redrawn = await pixelsOf(later.body as Buffer);
    expect(colourAt(redrawn, 40, 40)).toEqual(colourAt(bare, 40, 40));
    expect(colourAt(redrawn, 125, 90)).not.toEqual(colourAt(bare, 125, 90));
  });

  it('make it one that no date says anything of', async () => {
    const image = await aPhotograph(http);
    const marked = await anAnnotation(http, { polygon: aBox() }, image);
    const later = { 'If-Modified-Since': new Date('2100-01-01').toUTCString() };
    const plain = await getFile(http, image, { width: 32 }).expect(200);
    expect(plain.headers).toHaveProperty('last-modified');
    await getFile(http, image, { width: 32 }).set(later).expect(304);

    for (const query of [
      { overlay: 'annotations' },
      { mask: marked.index, format: 'png' },
      { region: `annotation:${marked.index}`, pad: 2 },
    ]) {
      const drawn = await getFile(http, image, query).expect(200);
      expect(drawn.headers).not.toHaveProperty('last-modified');
      await getFile(http, image, query).set(later).expect(200);
      const since = String(plain.headers['last-modified']);
      const part = getFile(http, image, query).set({ Range: 'bytes=0-9', 'If-Range': since });
      expect((await part.expect(200)).body.equals(drawn.body)).toBe(true);
      await getFile(http, image, query)
        .set('If-None-Match', String(drawn.headers.etag))
        .expect(304);
    }
  });

  it('are cut out with alpha', async () => {
    const image = await aPhotograph(http, { width: 64, height: 48 });
    const polygon = aPolygon(at('0,0 64,0 0,48'));
    const { index } = await anAnnotation(http, { polygon }, image);
    const answer = await getFile(http, image, { mask: index }).expect(200);
    expect(answer.headers['content-type']).toBe('image/png');

    const cut = await pixelsOf(answer.body as Buffer);
    expect(cut).toMatchObject({ width: 64, height: 48, channels: 4 });
    const inside = pixelAt(cut, 10, 10);
    expect(inside[3]).toBe(255);
    expectColours([inside], [topLeft], 8);
    for (const [x, y] of at('63,47 60,10 10,44 40,24')) expect(pixelAt(cut, x, y)[3]).toBe(0);

    const filled = await rendered(image, { mask: index, background: '0000ff', format: 'jpeg' });
    expectColours([pixelAt(filled, 10, 10), pixelAt(filled, 60, 40)], [topLeft, BLUE], 12);
  });

  it('must be there, and mark something', async () => {
    const image = await aPhotograph(http);
    const { index } = await anAnnotation(http, { polygon: null }, image);
    for (const query of [{ mask: 77 }, { region: 'annotation:77' }])
      expectProblem(await getFile(http, image, query), 404, 'annotation-not-found');
    const faulty = await getFile(http, image, { mask: index, region: `annotation:${index}` });
    expectProblem(faulty, 400, 'invalid-request', ['mask', 'region']);
  });
});

describe('a request that cannot be met', () => {
  it.each<[Fields, string[]]>([
    [{ rotate: 45, format: 'gif', region: '1,2', dpr: 9 }, ['rotate', 'format', 'region', 'dpr']],
    [{ scale: 0.5, width: 9, pad: 3, overlay: 'annotations' }, ['scale', 'pad']],
    [{ fit: 'cover', enlarge: true, dpr: 2 }, ['fit', 'enlarge', 'dpr']],
    [{ region: '60,0,5,5', fit: 'fill' }, ['region', 'fit']],
    [{ format: 'png', max_bytes: 500 }, ['max_bytes']],
    [{ format: 'jpeg', background: 'transparent' }, ['background']],
    [{ width: 10, height: 10, size: 'large' }, ['size']],
  ])('%j is refused with every parameter to blame', async (query, parameters) => {
    expectProblem(await getFile(http, quadrants, query), 400, 'invalid-request', parameters);
  });
});

describe('the colour behind what is transparent', () => {
  it('is the one that was asked for', async () => {
    const image = await aPhotograph(http, { format: 'png', alpha: true });
    const behind = await rendered(image, { background: '0000ff', format: 'png' });
    expectColours(quadrantsOf(behind), [topLeft, topRight, bottomLeft, BLUE]);
    const clear = await rendered(quadrants, { width: 24, height: 24, fit: 'contain' });
    expect(pixelAt(clear, 12, 0)[3]).toBe(0);
    const [, , , visible] = quadrantsOf(clear);
    expectColours([visible!], [bottomRight], 8);
  });

  it.each<Partial<Drawing>>([
    { format: 'png', greyscale: true },
    { format: 'jpeg', greyscale: true },
    { format: 'tiff', greyscale: true, depth: 16 },
    { format: 'png', greyscale: true, alpha: true },
    { format: 'jpeg', cmyk: true },
  ])('is a colour also around %j', async (drawing) => {
    const image = await aPhotograph(http, drawing);
    const query = { width: 24, height: 24, fit: 'contain', background: '0000ff', format: 'png' };
    const contained = await rendered(image, query);
    expectColours([pixelAt(contained, 12, 0)], [BLUE]);
    const plain = await rendered(image, { width: 24, format: 'png' });
    expectColours([pixelAt(contained, 3, 6)], [colourAt(plain, 3, 3)]);
    if (drawing.alpha) expectColours([pixelAt(contained, 20, 18)], [BLUE]);
  });
});
