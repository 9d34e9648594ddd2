import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { drawPicture } from '../helpers/pictures.js';
import { expectProblem } from '../helpers/problems.js';
import { anImage, type AnnotatedImage, pathTo } from '../helpers/records.js';

const OLD = 'an old secret of more than 32 characters';
const NEW = 'a new secret of more than 32 characters';

describe('the address of a picture', () => {
  let service: TestApp;
  let picture: Buffer;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    picture = await drawPicture({ format: 'jpeg', width: 64, height: 48 });
  });
  afterAll(() => service.close());

  it('opens the picture without a credential: the original and every rendition', async () => {
    const { url } = await aPhotograph();

    const original = await service.http.get(url).expect(200);
    expect(Buffer.compare(original.body, picture)).toBe(0);
    const half = await service.http.get(`${url}&scale=0.5&quality=60`).expect(200);
    expect(await sharp(half.body).metadata()).toMatchObject({ width: 32, height: 24 });
    await service.http.head(url).expect(200);
    const { etag } = original.headers as Record<string, string>;
    await service.http.get(url).set('If-None-Match', etag!).expect(304);
  });

  it('stays the same for a while, so that a browser has the picture already', async () => {
    const { image, url } = await aPhotograph();
    expect((await read(image)).file!.url).toBe(url);
  });

  it('is signed in a list too', async () => {
    const { image, url } = await aPhotograph();
    const { body } = await (await admin()).get('/images?limit=500').expect(200);
    const listed = body.find(({ image_key }: AnnotatedImage) => image_key === image.image_key);
    expect(listed.file.url).toBe(url);
  });

  it.each<[string, (url: string) => string]>([
    ['without its signature', (url) => url.replace(/\?.*/, '')],
  ])('is refused as if nobody called %s', async (_, change) => {
    const { url } = await aPhotograph();
    expectProblem(await service.http.get(change(url)), 401, 'credential-required');
  });

  it.each<[string, (url: string) => string]>([
    ['with another signature', (url) => url.replace(/.$/, (last) => (last === 'A' ? 'E' : 'A'))],
    ['with a later end', (url) => url.replace(/signature=\d+/, 'signature=9999999999')],
    ['with another client', (url) => url.replace(/\.[\w-]+\./, '.b3RoZXI.')],
    ['with an empty signature', (url) => url.replace(/signature=.*/, 'signature=')],
    ['with two signatures', (url) => `${url}&${url.split('?')[1]!}`],
    ['with nonsense', (url) => url.replace(/signature=.*/, 'signature=a.b.c')],
  ])('is refused %s', async (_, change) => {
    const { url } = await aPhotograph();
    expectProblem(await service.http.get(change(url)), 401, 'credential-refused');
  });

  it('opens no other image', async () => {
    const [{ url }, other] = [await aPhotograph(), await aPhotograph()];
    const elsewhere = `${pathTo(other.image, 'file')}?${url.split('?')[1]!}`;
    expectProblem(await service.http.get(elsewhere), 401, 'credential-refused');
  });

  it('opens nothing but the picture', async () => {
    const { image, url } = await aPhotograph();
    const query = url.split('?')[1]!;
    for (const path of [pathTo(image), pathTo(image, 'annotations'), '/images', '/users'])
      expectProblem(await service.http.get(`${path}?${query}`), 401, 'credential-required');
    for (const method of ['put', 'delete'] as const)
      expectProblem(await service.http[method](url), 401, 'credential-required');
  });

  it('opens no image of the same key that another client makes later', async () => {
    const { image, url } = await aPhotograph();
    const http = await admin();
    await http.delete(`${pathTo(image)}?purge=true`).expect(204);
    await anImage(http, { image_key: image.image_key, client_id: 'another' });
    await http.put(pathTo(image, 'file')).type('image/jpeg').send(picture).expect(201);
    expectProblem(await service.http.get(url), 404, 'image-not-found');
  });

  it('is not answered 304 as part of its image, whose kept copy would expire', async () => {
    const { image } = await aPhotograph();
    const http = await admin();
    const { headers } = await http.get(pathTo(image)).expect(200);
    await http.get(pathTo(image)).set('If-None-Match', String(headers.etag)).expect(200);
    const bare = await anImage(http);
    const tag = String((await http.get(pathTo(bare))).headers.etag);
    await http.get(pathTo(bare)).set('If-None-Match', tag).expect(304);
  });

  it('is signed with a secret that only the owner of the data directory can read', async () => {
    const { mode, size } = await stat(join(service.dataDir, 'file-url-secret'));
    expect(mode & 0o777).toBe(0o600);
    expect(size).toBe(64);
  });

  it('ends after FILE_URL_TTL_S, twice that at the latest', async () => {
    const { url } = await aPhotograph();
    const expires = Number(/signature=(\d+)/.exec(url)![1]);
    const left = expires - Date.now() / 1_000;
    expect(left).toBeGreaterThan(service.environment.fileUrlTtlS);
    expect(left).toBeLessThanOrEqual(2 * service.environment.fileUrlTtlS);
  });

  it('is refused after its end', async () => {
    const { url } = await aPhotograph();
    const { fileUrlTtlS } = service.environment;
    const nowS = Date.now() / 1_000;
    // As if the address had been made three periods ago.
    service.environment.fileUrlTtlS = 1;
    const { url: brief } = await aPhotograph();
    service.environment.fileUrlTtlS = fileUrlTtlS;
    await service.http.get(brief).expect(200);
    const end = Number(/signature=(\d+)/.exec(brief)![1]);
    await new Promise((resolve) => setTimeout(resolve, (end - nowS + 1) * 1_000));
    expectProblem(await service.http.get(brief), 401, 'credential-refused');
    await service.http.get(url).expect(200);
  });

  describe('with FILE_URL_SECRETS', () => {
    it('holds while its secret is listed, whichever signs, and not after that', async () => {
      const before = await startApp({ auth: 'on', fileUrlSecrets: [OLD] });
      const { url } = await aPhotograph(before);
      const { pathname, search } = new URL(url, before.url);

      const during = await startApp({ auth: 'on', fileUrlSecrets: [NEW, OLD] });
      const after = await startApp({ auth: 'on', fileUrlSecrets: [NEW] });
      // Services of their own: there the image is not, but the address is let in.
      const path = `${pathname}${search}`;
      expectProblem(await during.http.get(path), 404, 'image-not-found');
      expectProblem(await after.http.get(path), 401, 'credential-refused');
      await Promise.all([before.close(), during.close(), after.close()]);
    });
  });

  describe('with AUTH=off', () => {
    it('is a plain one', async () => {
      const open = await startApp();
      const image = await anImage(open.http);
      const { body } = await open.http
        .put(pathTo(image, 'file'))
        .type('image/jpeg')
        .send(picture)
        .expect(201);
      expect(body.file.url).toBe(pathTo(image, 'file'));
      await open.close();
    });
  });

  async function admin(at = service) {
    return at.httpWith(withKey(await aKey(at)));
  }

  async function aPhotograph(at = service): Promise<{ image: AnnotatedImage; url: string }> {
    const http = await admin(at);
    const { image_key } = await anImage(http);
    await http.put(pathTo({ image_key }, 'file')).type('image/jpeg').send(picture).expect(201);
    const image = await read({ image_key }, at);
    return { image, url: image.file!.url };
  }

  async function read(image: { image_key: string }, at = service): Promise<AnnotatedImage> {
    return (await (await admin(at)).get(pathTo(image)).expect(200)).body as AnnotatedImage;
  }
});
