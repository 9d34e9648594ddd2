import type { AnnotationResponse } from '../../src/annotations/dto/annotation.response.js';
import type { ImageResponse } from '../../src/images/dto/image.response.js';
import type { LocationResponse } from '../../src/locations/dto/location.response.js';
import type { UserResponse } from '../../src/users/dto/user.response.js';
import type { Http } from './app.js';

/** Fields of a request that a test cares about; also wrong ones. */
export type Fields = Record<string, unknown>;
type Points = readonly (readonly [number, number])[];
/** What comes out of JSON: the fields of a response class, without being one. */
type Json<T> = { [Field in keyof T]: T[Field] };
export type StoredUser = Json<UserResponse>;
export type StoredLocation = Json<LocationResponse>;
export type StoredAnnotation = Json<AnnotationResponse>;
/** An image with its annotations, as every answer but a list without them has it. */
export type AnnotatedImage = Json<ImageResponse> & { annotations: StoredAnnotation[] };

let count = 0;

/** A name that no other record of the spec has. */
export function unique(word: string): string {
  count += 1;
  return `${word}-${count}`;
}

/** What a client sends to make a user. */
export function userFields(fields: Fields = {}): Fields {
  return {
    id: unique('user'),
    first_name: 'Ada',
    last_name: 'Byron',
    role: 'field staff',
    ...fields,
  };
}

/** What a client sends to make a location. */
export function locationFields(fields: Fields = {}): Fields {
  return {
    id: unique('location'),
    address: '1 Hospital Road',
    town: 'Leeds',
    country: 'United Kingdom',
    ...fields,
  };
}

/** What a client sends to make an image: only what it must, and a key. */
export function imageFields(fields: Fields = {}): Fields {
  return {
    image_key: unique('image'),
    client_id: 'st-james',
    created_at: '2026-03-01T08:30:00Z',
    ...fields,
  };
}

/** What a client sends to add or replace an annotation. */
export function annotationFields(fields: Fields = {}): Fields {
  return { instrument: 'needle holder', polygon: aPolygon(), ...fields };
}

/** Every kind of geometry, none of which is there. */
export const NO_GEOMETRY = {
  polygon: null,
  box: null,
  polyline: null,
  points: null,
  mask: null,
} as const;

/** Points as they are quickest to read: `'0,0 4,0 4,3'`. */
export function at(points: string): [number, number][] {
  return points.split(' ').map((point) => {
    const [x, y] = point.split(',').map(Number);
    return [x!, y!];
  });
}

/** A triangle, or whatever the points make. */
export function aPolygon(points: Points = at('10,10 40,10 10,30')): { points: Points } {
  return { points };
}

/** A box between two opposite corners. */
export function aBox(left = 10, top = 10, right = 40, bottom = 30): { points: Points } {
  return aPolygon([
    [left, top],
    [right, bottom],
  ]);
}

/** A stored user. */
export function aUser(http: Http, fields?: Fields): Promise<StoredUser> {
  return create(http, '/users', userFields(fields));
}

/** A stored location. */
export function aLocation(http: Http, fields?: Fields): Promise<StoredLocation> {
  return create(http, '/locations', locationFields(fields));
}

/** A stored image; without other fields it has no annotations and no picture. */
export function anImage(http: Http, fields?: Fields): Promise<AnnotatedImage> {
  return create(http, '/images', imageFields(fields));
}

/** A stored image in the trash. */
export async function aTrashedImage(http: Http, fields?: Fields): Promise<AnnotatedImage> {
  const image = await anImage(http, fields);
  await http.delete(pathTo(image)).expect(204);
  return image;
}

/** A stored annotation, of a new image or of the given one. */
export async function anAnnotation(
  http: Http,
  fields?: Fields,
  image?: { image_key: string },
): Promise<StoredAnnotation> {
  const { image_key } = image ?? (await anImage(http));
  return create(http, pathTo({ image_key }, 'annotations'), annotationFields(fields));
}

/** The address of an image or of an annotation, or of what lies below it. */
export function pathTo(
  record: { image_key: string; index?: number },
  ...below: (string | number)[]
): string {
  const annotation = record.index === undefined ? [] : ['annotations', record.index];
  return ['images', record.image_key, ...annotation, ...below]
    .map((segment) => `/${encodeURIComponent(segment)}`)
    .join('');
}

/** The entity tag that a GET of this address answers. */
export async function etagOf(http: Http, path: string): Promise<string> {
  const { headers } = await http.get(path).expect(200);
  return String(headers.etag);
}

async function create<T>(http: Http, path: string, fields: Fields): Promise<T> {
  const { body, status } = await http.post(path).send(fields);
  if (status !== 201) throw new Error(`POST ${path}: ${status} ${JSON.stringify(body)}`);
  return body as T;
}
