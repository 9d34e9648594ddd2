import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { aKey, withKey } from '../helpers/credentials.js';
import { expectProblem } from '../helpers/problems.js';
import { aBox } from '../helpers/records.js';
import { aPhotograph } from '../helpers/uploads.js';

const KEY = 'tray~7/front';

describe('with AUTH=on, a viewer that sends no header', () => {
  let service: TestApp;
  let admin: Http;
  /** Paths of what the image information and the manifest name. */
  let information: string;
  let manifest: string;

  beforeAll(async () => {
    service = await startApp({ auth: 'on', rateLimit: 'off' });
    admin = service.httpWith(withKey(await aKey(service)));
    const annotations = [{ index: 0, instrument: 'clamp', polygon: aBox() }];
    await aPhotograph(admin, {}, { image_key: KEY, annotations });
    await aPhotograph(admin, {}, { image_key: 'other' });
    const path = encodeURIComponent(KEY);
    information = pathOf((await admin.get(`/iiif/3/${path}/info.json`).expect(200)).body.id);
    manifest = pathOf(
      (await admin.get(`/iiif/presentation/3/${path}/manifest`).expect(200)).body.id,
    );
  });
  afterAll(() => service.close());

  it('is refused at the plain addresses', async () => {
    for (const path of [
      '/iiif/3/other',
      '/iiif/3/other/info.json',
      '/iiif/3/other/full/max/0/default.jpg',
      '/iiif/presentation/3/other/manifest',
      '/iiif/presentation/3/other/annotations',
      '/iiif/presentation/3/manifest',
    ])
      expectProblem(await service.http.get(path), 401, 'credential-required');
  });

  it('reads the image information and pictures at the address that it was given', async () => {
    const { body } = await service.http.get(`${information}/info.json`).expect(200);
    const { headers } = await service.http.get(information).expect(303);
    expect(headers.location).toBe(`${body.id}/info.json`);
    const answer = await service.http.get(`${information}/full/32,/90/default.png`).expect(200);
    expect(await sharp(answer.body as Buffer).metadata()).toMatchObject({ width: 24, height: 32 });
    expect(answer.headers.link).toContain(`<${body.id}/full/32,24/90/default.png>;rel="canonical"`);
    expect(answer.headers['cache-control']).toContain('private');
  });

  it('finds everything from the manifest on', async () => {
    const { body } = await service.http.get(manifest).expect(200);
    const [canvas] = body.items;
    for (const address of [
      canvas.thumbnail[0].id,
      canvas.items[0].items[0].body.id,
      `${canvas.items[0].items[0].body.service[0].id}/info.json`,
      canvas.annotations[0].id,
    ])
      await service.http.get(pathOf(address as string)).expect(200);
    const page = await service.http.get(pathOf(canvas.annotations[0].id)).expect(200);
    expect(page.body.items[0].target.source.id).toBe(canvas.id);
    const plain = `${service.url}/iiif/presentation/3/${encodeURIComponent(KEY)}/canvas`;
    expect(canvas.id).toBe(plain);
    await service.http.get(pathOf(page.body.items[0].id)).expect(200);
  });

  it('keeps the signature that it came with: using it makes it last no longer', async () => {
    const { fileUrlTtlS } = service.environment;
    service.environment.fileUrlTtlS = 10 * fileUrlTtlS;
    const again = await service.http.get(manifest).expect(200);
    const fresh = await admin.get(`/iiif/presentation/3/${encodeURIComponent(KEY)}/manifest`);
    service.environment.fileUrlTtlS = fileUrlTtlS;
    expect(pathOf(again.body.id)).toBe(manifest);
    expect(pathOf(fresh.body.id)).not.toBe(manifest);
  });

  it('reads a list whose canvases are signed each for itself, if the list was asked for with a credential', async () => {
    const { body, headers } = await admin.get('/iiif/presentation/3/manifest').expect(200);
    expect(headers['access-control-allow-origin']).toBe('*');
    expect(body.items).toHaveLength(2);
    for (const canvas of body.items)
      await service.http.get(pathOf(canvas.thumbnail[0].id)).expect(200);
  });

  it.each<[string, (path: string) => string]>([
    [
      'with another signature',
      (path) => path.replace(/(.)~(?=tray)/, (_, c) => `${c === 'A' ? 'E' : 'A'}~`),
    ],
    ['with a later end', (path) => path.replace(/~\d+/, '~9999999999')],
    ['with another client', (path) => path.replace(/\.[\w-]+\./, '.b3RoZXI.')],
    ['of another image', (path) => path.replace(encodeURIComponent(KEY), 'other')],
  ])('is refused %s', async (_, change) => {
    const path = `${change(information)}/full/max/0/default.jpg`;
    expect(path).not.toContain(`${information}/`);
    expectProblem(await service.http.get(path), 401, 'credential-refused');
  });

  it('opens with the signature nothing but IIIF, and with that of file.url no IIIF', async () => {
    const signature = /~([^~]+)~/.exec(information)![1]!;
    const key = encodeURIComponent(KEY);
    expectProblem(
      await service.http.get(`/images/${key}/file?signature=${signature}`),
      401,
      'credential-refused',
    );
    for (const path of [`/images/${key}`, `/images/${key}/annotations`])
      expectProblem(
        await service.http.get(`${path}?signature=${signature}`),
        401,
        'credential-required',
      );
    const { body } = await admin.get(`/images/${key}`);
    const ofFile = /signature=(.+)$/.exec(body.file.url as string)![1]!;
    expectProblem(
      await service.http.get(information.replace(signature, ofFile)),
      401,
      'credential-refused',
    );
  });

  it('is refused after the end', async () => {
    const { fileUrlTtlS } = service.environment;
    service.environment.fileUrlTtlS = 1;
    const { body } = await admin.get('/iiif/3/other/info.json');
    service.environment.fileUrlTtlS = fileUrlTtlS;
    const path = `${pathOf(body.id)}/info.json`;
    await service.http.get(path).expect(200);
    const end = Number(/~(\d+)\./.exec(path)![1]);
    await new Promise((resolve) => setTimeout(resolve, end * 1_000 - Date.now() + 100));
    expectProblem(await service.http.get(path), 401, 'credential-refused');
  });

  it('reads nothing of a client that its credential does not see', async () => {
    const theirs = service.httpWith(withKey(await aKey(service, { clientIds: ['theirs'] })));
    const key = encodeURIComponent(KEY);
    // The credential counts, whatever the address would open.
    for (const path of [`${information}/info.json`, `/iiif/3/${key}/info.json`, manifest])
      expectProblem(await theirs.get(path), 404, 'image-not-found');
    expectProblem(await theirs.get('/iiif/presentation/3/manifest'), 404, 'no-picture-found');
  });

  it('is told of errors by name, without the signature', async () => {
    const answer = await service.http.get(`${information}/full/0,/0/default.jpg`);
    expectProblem(answer, 400, 'invalid-request', ['size']);
    expect(answer.text).not.toContain(/~([^~]+)~/.exec(information)![1]);
  });

  function pathOf(address: string): string {
    expect(address.startsWith(`${service.url}/`)).toBe(true);
    return address.slice(service.url.length);
  }
});

describe('with AUTH=off', () => {
  it('addresses are plain, and a signature that somebody kept does no harm', async () => {
    const service = await startApp();
    await aPhotograph(service.http, {}, { image_key: '~~odd' });
    const { body } = await service.http.get('/iiif/3/~~~~odd/info.json').expect(200);
    expect(body.id).toBe(`${service.url}/iiif/3/~~~~odd`);
    await aPhotograph(service.http, {}, { image_key: 'plain' });
    const kept = `~1795450000.c3QtamFtZXM.${'A'.repeat(43)}~plain`;
    await service.http.get(`/iiif/3/${kept}/info.json`).expect(200);
    await service.close();
  });
});
