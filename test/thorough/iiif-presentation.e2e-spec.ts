import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Response } from 'supertest';
import { startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';
import { aBox, anImage, aTrashedImage, aUser, at } from '../helpers/records.js';
import { aPhotograph, type Photograph } from '../helpers/uploads.js';

const JSON_LD = 'application/ld+json;profile="http://iiif.io/api/presentation/3/context.json"';
const SVG = 'http://www.w3.org/2000/svg';

describe('the IIIF Presentation API', () => {
  let service: TestApp;
  let tray: Photograph;
  let base: string;
  let images: string;

  beforeAll(async () => {
    service = await startApp();
    await aUser(service.http, { id: 'ada' });
    tray = await aPhotograph(
      service.http,
      { width: 640, height: 480, orientation: 6 },
      {
        image_key: 'tray 7/front',
        created_at: '2026-03-01T08:30:00.250Z',
        user_id: 'ada',
        hardware_id: 'Canon EOS R5',
        annotations: [
          {
            index: 0,
            instrument: 'needle holder',
            polygon: { points: at('120.5,80 410,95.25 388,300') },
          },
          {
            index: 3,
            instrument: 'clamp "5"',
            polygon: aBox(10, 20, 110, 70),
            source: 'model',
            confidence: 0.93,
          },
          {
            index: 4,
            instrument: 'tray',
            polygon: null,
            attributes: { condition: 'clean', occluded: false, count: 12 },
          },
        ],
      },
    );
    base = `/iiif/presentation/3/${encodeURIComponent(tray.image_key)}`;
    images = `${service.url}/iiif/3/${encodeURIComponent(tray.image_key)}`;
  });
  afterAll(() => service.close());

  describe('the manifest of an image', () => {
    it('has one canvas of the size of the upright picture, with everything that is known', async () => {
      const { body, headers } = await service.http.get(`${base}/manifest`).expect(200);
      expect(headers['content-type']).toBe(JSON_LD);
      const id = `${service.url}${base}`;
      const imageService = [{ id: images, type: 'ImageService3', profile: 'level2' }];
      const metadata = Object.entries({
        'Image key': 'tray 7/front',
        Client: 'st-james',
        Taken: '2026-03-01T08:30:00Z',
        Camera: 'Canon EOS R5',
        'Taken by': 'ada',
      }).map(([label, value]) => ({ label: { en: [label] }, value: { none: [value] } }));
      const thumbnail = [
        {
          id: `${images}/full/256,192/0/default.jpg`,
          type: 'Image',
          format: 'image/jpeg',
          width: 256,
          height: 192,
          service: imageService,
        },
      ];
      const seeAlso = [
        {
          id: `${service.url}/images/tray%207%2Ffront`,
          type: 'Dataset',
          format: 'application/json',
        },
      ];
      const navDate = '2026-03-01T08:30:00Z';
      expect(body).toEqual({
        '@context': 'http://iiif.io/api/presentation/3/context.json',
        id: `${id}/manifest`,
        type: 'Manifest',
        label: { none: ['tray 7/front'] },
        ...{ metadata, navDate, thumbnail, seeAlso },
        items: [
          {
            id: `${id}/canvas`,
            type: 'Canvas',
            label: { none: ['tray 7/front'] },
            width: 640,
            height: 480,
            ...{ metadata, navDate, thumbnail, seeAlso },
            items: [
              {
                id: `${id}/canvas/paintings`,
                type: 'AnnotationPage',
                items: [
                  {
                    id: `${id}/canvas/painting`,
                    type: 'Annotation',
                    motivation: 'painting',
                    body: {
                      id: `${images}/full/max/0/default.jpg`,
                      type: 'Image',
                      format: 'image/jpeg',
                      width: 640,
                      height: 480,
                      service: imageService,
                    },
                    target: `${id}/canvas`,
                  },
                ],
              },
            ],
            annotations: [{ id: `${id}/annotations`, type: 'AnnotationPage' }],
          },
        ],
      });
      expect(Object.keys(body as object)[0]).toBe('@context');
    });

    it('names addresses that are answered', async () => {
      const { body } = await service.http.get(`${base}/manifest`);
      const [canvas] = body.items;
      for (const address of [
        body.id,
        body.thumbnail[0].id,
        body.seeAlso[0].id,
        canvas.items[0].items[0].body.id,
        `${canvas.items[0].items[0].body.service[0].id}/info.json`,
        canvas.annotations[0].id,
      ])
        await service.http.get((address as string).slice(service.url.length)).expect(200);
    });

    it('shows a small picture and a very thin one by themselves', async () => {
      for (const [width, height] of [
        [64, 48],
        [2_000, 3],
      ]) {
        const { image_key } = await aPhotograph(service.http, { width, height, format: 'png' });
        const { body } = await service.http.get(`/iiif/presentation/3/${image_key}/manifest`);
        const [thumbnail] = body.thumbnail;
        expect(thumbnail).toMatchObject({ width, height });
        await service.http.get(thumbnail.id.slice(service.url.length)).expect(200);
      }
    });

    it('is 304 as long as nothing changes', async () => {
      const image = await aPhotograph(service.http);
      const path = `/iiif/presentation/3/${image.image_key}/manifest`;
      const { etag } = (await service.http.get(path).expect(200)).headers;
      await service.http.get(path).set('If-None-Match', etag!).expect(304);
      await service.http.patch(`/images/${image.image_key}`).send({ ml_tag: 'TEST' }).expect(200);
      const { body } = await service.http.get(path).set('If-None-Match', etag!).expect(200);
      expect(body.metadata.at(-1)).toEqual({ label: { en: ['Tag'] }, value: { none: ['TEST'] } });
    });

    it('is 404 without an image, without a picture, and in the trash', async () => {
      const bare = await anImage(service.http);
      const trashed = await aTrashedImage(service.http);
      for (const [key, code] of [
        ['nobody', 'image-not-found'],
        [bare.image_key, 'picture-not-found'],
        [trashed.image_key, 'image-not-found'],
      ])
        for (const path of ['manifest', 'annotations', 'annotations/0', 'annotations/x'])
          expectProblem(
            await service.http.get(`/iiif/presentation/3/${key}/${path}`),
            ...notFound(path, code!),
          );
    });

    it('can be read by the pages of every origin', async () => {
      for (const path of ['manifest', 'annotations', 'annotations/0', 'annotations/999']) {
        const { headers } = await service.http
          .get(`${base}/${path}`)
          .set('Origin', 'https://a.example');
        expect(headers['access-control-allow-origin']).toBe('*');
      }
    });
  });

  describe('the annotations of an image', () => {
    it('are a page of W3C Web Annotations of its canvas', async () => {
      const { body, headers } = await service.http.get(`${base}/annotations`).expect(200);
      expect(headers['content-type']).toBe(JSON_LD);
      const id = `${service.url}${base}`;
      const source = {
        id: `${id}/canvas`,
        type: 'Canvas',
        partOf: [{ id: `${id}/manifest`, type: 'Manifest' }],
      };
      const text = (purpose: string, value: string) => ({
        type: 'TextualBody',
        purpose,
        format: 'text/plain',
        value,
      });
      const time = expect.stringMatching(/^2\d{3}-\d\d-\d\dT[\d:.]+Z$/);
      const annotation = (index: number, creator: string) => ({
        id: `${id}/annotations/${index}`,
        type: 'Annotation',
        motivation: 'tagging',
        created: time,
        modified: time,
        creator: { type: creator },
        canonical: `${service.url}/images/tray%207%2Ffront/annotations/${index}`,
      });
      expect(body).toEqual({
        '@context': [
          'http://www.w3.org/ns/anno.jsonld',
          'http://iiif.io/api/presentation/3/context.json',
        ],
        id: `${id}/annotations`,
        type: 'AnnotationPage',
        items: [
          {
            ...annotation(0, 'Person'),
            body: [text('tagging', 'needle holder')],
            target: {
              type: 'SpecificResource',
              source,
              selector: {
                type: 'SvgSelector',
                value: `<svg xmlns="${SVG}"><path d="M 120.5,80 L 410,95.25 L 388,300 Z"/></svg>`,
              },
            },
          },
          {
            ...annotation(3, 'Software'),
            body: [text('tagging', 'clamp "5"'), text('describing', 'confidence: 0.93')],
            target: {
              type: 'SpecificResource',
              source,
              selector: {
                type: 'FragmentSelector',
                conformsTo: 'http://www.w3.org/TR/media-frags/',
                value: 'xywh=10,20,100,50',
              },
            },
          },
          {
            ...annotation(4, 'Person'),
            body: [
              text('classifying', 'tray'),
              text('describing', 'condition: clean'),
              text('describing', 'count: 12'),
              text('describing', 'occluded: false'),
            ],
            target: { type: 'SpecificResource', source },
          },
        ],
      });
    });

    it('are each where their ids lead to', async () => {
      const { body } = await service.http.get(`${base}/annotations`);
      for (const item of body.items) {
        const { body: alone } = await service.http
          .get(item.id.slice(service.url.length))
          .expect(200);
        expect(alone).toEqual({ '@context': body['@context'], ...item });
        await service.http.get(item.canonical.slice(service.url.length)).expect(200);
      }
      expectProblem(await service.http.get(`${base}/annotations/1`), 404, 'annotation-not-found');
      expectProblem(await service.http.get(`${base}/annotations/x`), 400, 'invalid-request', [
        'annotation_index',
      ]);
    });

    it('are an empty page where there is none', async () => {
      const { image_key } = await aPhotograph(service.http);
      const { body } = await service.http.get(`/iiif/presentation/3/${image_key}/annotations`);
      expect(body.items).toEqual([]);
    });
  });

  describe('the manifest of a filtered list', () => {
    const path = '/iiif/presentation/3/manifest';

    beforeAll(async () => {
      for (const number of [1, 2, 3, 4, 5])
        await aPhotograph(service.http, {}, { image_key: `list/${number}`, client_id: 'list' });
      await anImage(service.http, { image_key: 'list/bare', client_id: 'list' });
      const { image_key } = await aPhotograph(service.http, {}, { client_id: 'list' });
      await service.http.delete(`/images/${image_key}`).expect(204);
    });

    it('has a canvas for each image with a picture, the same as in its own manifest', async () => {
      const query = '?client_id=list&sort=image_key&count=exact';
      const { body, headers } = await service.http.get(`${path}${query}`).expect(200);
      expect(body).toMatchObject({
        id: `${service.url}${path}${query}`,
        type: 'Manifest',
        label: { en: ['5 images'] },
      });
      expect(headers['x-total-count']).toBe('5');
      expect(headers.link).toBeUndefined();
      expect(labelsOf(body)).toEqual(['list/1', 'list/2', 'list/3', 'list/4', 'list/5']);
      const own = await service.http.get('/iiif/presentation/3/list%2F2/manifest');
      expect(body.items[1]).toEqual(own.body.items[0]);
    });

    it('goes on where its link leads to', async () => {
      const seen: string[] = [];
      let next: string | undefined = `${path}?client_id=list&limit=2&sort=image_key`;
      while (next !== undefined) {
        const answer: Response = await service.http.get(next).expect(200);
        seen.push(...labelsOf(answer.body as Manifest));
        const link = answer.headers.link ?? '';
        next = /^<([^>]+)>; rel="next"$/.exec(link)?.[1]?.slice(service.url.length);
      }
      expect(seen).toEqual(['list/1', 'list/2', 'list/3', 'list/4', 'list/5']);
    });

    it.each([
      ['instrument=clamp "5"', ['tray 7/front']],
      ['user_id=ada', ['tray 7/front']],
      ['q=LIST/3', ['list/3']],
      ['annotated=true', ['tray 7/front']],
      ['created_to=2026-03-01T08:30:00Z&client_id=list', []],
    ])('takes the filters of images: %s', async (query, keys) => {
      const answer = await service.http.get(`${path}?${encodeURI(query)}`);
      if (keys.length === 0) expectProblem(answer, 404, 'no-picture-found');
      else expect(labelsOf(answer.body as Manifest)).toEqual(keys);
    });

    it('is not opened to the pages of other origins, where nobody is asked who calls', async () => {
      const { headers } = await service.http.get(path).set('Origin', 'https://a.example');
      expect(headers['access-control-allow-origin']).toBeUndefined();
    });

    it('refuses what makes no sense for pictures, and malformed filters, by name', async () => {
      for (const parameter of ['has_file', 'trash', 'annotations', 'nonsense'])
        expectProblem(await service.http.get(`${path}?${parameter}=true`), 400, 'invalid-request', [
          parameter,
        ]);
      expectProblem(await service.http.get(`${path}?limit=0&cursor=x`), 400, 'invalid-request');
    });
  });
});

interface Manifest {
  items: { label: { none: string[] } }[];
}

function labelsOf({ items }: Manifest): string[] {
  return items.map(({ label }) => label.none[0]!);
}

// What is wrong with the index of an annotation is told before anybody looks for it.
function notFound(path: string, code: string): [number, string] {
  return path === 'annotations/x' ? [400, 'invalid-request'] : [404, code];
}
