import type { Test } from 'supertest';
import type { ImageFileResponse } from '../../src/images/dto/image.response.js';
import type { Http } from './app.js';
import { drawPicture, type Drawing } from './pictures.js';
import { type AnnotatedImage, type Fields, imageFields, pathTo } from './records.js';

/** A stored image with its picture. */
export type Photograph = AnnotatedImage & { file: ImageFileResponse };

/** A POST of a form with the parts `metadata` and `file`, in this order. */
export function postForm(http: Http, file: Buffer, fields: Fields = imageFields()): Test {
  return http
    .post('/images')
    .field('metadata', JSON.stringify(fields))
    .attach('file', file, 'photograph');
}

/** A stored image with the picture that is drawn, or with the given one. */
export async function aPhotograph(
  http: Http,
  picture: Buffer | Partial<Drawing> = {},
  fields?: Fields,
): Promise<Photograph> {
  const answer = await postForm(http, await bytesOf(picture), imageFields(fields));
  if (answer.status !== 201) throw new Error(`POST /images: ${answer.status} ${answer.text}`);
  return answer.body as Photograph;
}

/** A picture of 64 by 48 pixels, unless it is drawn otherwise. */
export function aPicture(drawing: Partial<Drawing> = {}): Promise<Buffer> {
  return drawPicture({ format: 'jpeg', width: 64, height: 48, ...drawing });
}

/** GET of an image's picture; the answer's body is its bytes. */
export function getFile(http: Http, image: { image_key: string }, query: Fields = {}): Test {
  return http.get(pathTo(image, 'file')).query(query);
}

/** PUT of a picture as the body itself. */
export function putFile(http: Http, image: { image_key: string }, file: Buffer): Test {
  return http.put(pathTo(image, 'file')).type('application/octet-stream').send(file);
}

async function bytesOf(picture: Buffer | Partial<Drawing>): Promise<Buffer> {
  return Buffer.isBuffer(picture) ? picture : aPicture(picture);
}
