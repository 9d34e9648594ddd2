import { ACCESS_PROBLEMS } from './access-problems.js';
import { CONFLICT_PROBLEMS } from './conflict-problems.js';
import { INSTRUMENT_PROBLEMS } from './instrument-problems.js';
import { PICTURE_PROBLEMS } from './picture-problems.js';
import { COMMENT_PROBLEMS } from './comment-problems.js';
import type { ProblemEntry } from './problem-entry.js';
import { REVIEW_PROBLEMS } from './review-problems.js';

const CHANGED = {
  current_etag: '"4"',
  current_version: 4,
  changed_by: null,
  changed_at: '2026-03-01T08:31:00.000Z',
};

function changed(resource: string): ProblemEntry {
  return {
    status: 412,
    explanation: `The ${resource} is not the one that If-Match names. Read it again, apply the change to what is there now, and send its new ETag.`,
    example: `The ${resource} changed since it was read: its ETag is now "4".`,
    members: CHANGED,
  };
}

/** Every problem that the service answers, by its code: the last segment of `type`. */
export const PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'invalid-request': {
    status: 400,
    explanation:
      'Something in the request is of the wrong type, count, range or format. Every fault is in `errors`, named as the request spelt it.',
    example: 'limit: must not be greater than 500',
    errors: [{ parameter: 'limit', detail: 'must not be greater than 500' }],
  },
  'malformed-request': {
    status: 400,
    explanation: 'The request could not be read as HTTP.',
    example: 'Bad Request',
  },
  'malformed-json': {
    status: 400,
    explanation: 'The body is not JSON text in UTF-8, or broke off.',
    example: 'The body is not JSON: Unexpected end of JSON input',
  },
  'malformed-path': {
    status: 400,
    explanation:
      'The path is not percent-encoded UTF-8: a slash inside a key is %2F, a percent sign %25.',
    example: 'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8.',
  },
  'route-not-found': {
    status: 404,
    explanation: 'There is no such route, or not with this method. /openapi.json lists them all.',
    example: 'There is no GET /pictures. (A slash inside a key is %2F in a path.)',
  },
  'image-not-found': {
    status: 404,
    explanation: 'No image in use has this key. It may be in the trash: GET /images?trash=true.',
    example: 'No image has the key "tray-7/front".',
  },
  'no-picture-found': {
    status: 404,
    explanation:
      'No image with a picture passes the filters, and a IIIF manifest has at least one canvas.',
    example: 'No image with a picture matches, and a manifest cannot be empty.',
  },
  'annotation-not-found': {
    status: 404,
    explanation: 'The image has no annotation of this index, or none any more.',
    example: 'The image "tray-7/front" has no annotation 3.',
  },
  'annotation-version-not-found': {
    status: 404,
    explanation:
      'The annotation never had this version, or has had another one for so long that it is not kept any more.',
    example: 'No version 3 of the annotation 0 is kept.',
  },
  'user-not-found': {
    status: 404,
    explanation: 'No user has this id.',
    example: 'No user has the id "ada".',
  },
  'location-not-found': {
    status: 404,
    explanation: 'No location has this id.',
    example: 'No location has the id "theatre-4".',
  },
  'problem-not-found': {
    status: 404,
    explanation: 'No problem has this code. GET /problems lists them all.',
    example: 'No problem has the code "nonsense".',
  },
  'image-exists': {
    status: 409,
    explanation:
      'Another image has this key, and the request is not equal to the one that made it (an equal one is a retry, and answered 200).',
    example: 'Another image with the key "tray-7/front" exists already.',
  },
  'image-in-trash': {
    status: 409,
    explanation:
      'An image with this key is in the trash. Restore it, or purge it to use the key again.',
    example: 'An image with the key "tray-7/front" is in the trash: restore or purge it.',
  },
  'image-not-in-trash': {
    status: 409,
    explanation: 'The image is in use, so there is nothing to restore.',
    example: 'The image "tray-7/front" is not in the trash.',
  },
  'annotation-exists': {
    status: 409,
    explanation:
      'The image has an annotation of this index. Leave the index out to get the next one.',
    example: 'The image has an annotation 0 already.',
  },
  'too-many-annotations': {
    status: 409,
    explanation: 'The image carries as many annotations as one may.',
    example: 'An image carries at most 2000 annotations.',
  },
  'no-next-index': {
    status: 409,
    explanation: 'The highest index there can be was used. Name a free one.',
    example: 'The highest index there can be is used: name a free one.',
  },
  'user-exists': {
    status: 409,
    explanation: 'A user with this id exists already.',
    example: 'A user with the id "ada" exists already.',
  },
  'user-in-use': {
    status: 409,
    explanation: 'Images still name the user, in use or in the trash.',
    example: 'Images still name the user "ada" (those in the trash count too).',
  },
  'location-exists': {
    status: 409,
    explanation: 'A location with this id exists already.',
    example: 'A location with the id "theatre-4" exists already.',
  },
  'location-in-use': {
    status: 409,
    explanation: 'Images still name the location, in use or in the trash.',
    example: 'Images still name the location "theatre-4" (those in the trash count too).',
  },
  'image-changed': changed('image'),
  'picture-changed': changed('picture'),
  ...CONFLICT_PROBLEMS,
  'comment-changed': changed('comment'),
  'user-changed': changed('user'),
  'location-changed': changed('location'),
  'expectation-failed': {
    status: 417,
    explanation:
      'The header Expect asks for something else than 100-continue. Send the request without it.',
    example: 'The service meets no expectation but 100-continue.',
  },
  'header-too-slow': {
    status: 408,
    explanation: 'The header of the request did not arrive within HEADER_TIMEOUT_MS.',
    example: 'The header did not arrive in time.',
  },
  'header-too-large': {
    status: 431,
    explanation:
      'The request line and the header together are larger than the service reads (MAX_HEADER_BYTES).',
    example: 'The request line and the header together are larger than 16384 bytes.',
  },
  'body-too-large': {
    status: 413,
    explanation:
      'The body has more bytes than its route takes (MAX_JSON_BYTES, MAX_ANNOTATION_SET_BYTES, MAX_UPLOAD_BYTES), or a list of far more items than any may have. It was not read to its end.',
    example: 'The body is larger than the 1000000 bytes that are taken here.',
  },
  'unsupported-media-type': {
    status: 415,
    explanation: 'The body is of a media type or in an encoding that its route does not take.',
    example: 'The body must be JSON: send Content-Type: application/json.',
  },
  'impossible-geometry': {
    status: 422,
    explanation:
      'A polygon crosses itself, has no area or repeats its points, a hole is not inside of it, a line goes nowhere, a mask is empty or not of the size of the picture, or something leaves the picture. Each place is in `errors`.',
    example: 'A geometry is not possible.',
    errors: [
      {
        pointer: '#/polygon/points/3',
        detail: 'x must be from -0.5 to 4000.5 to lie in the picture, not 4012',
      },
    ],
  },
  'unknown-reference': {
    status: 422,
    explanation: 'The image names a user or location that does not exist. Make it first.',
    example: 'The image names something that does not exist.',
    errors: [{ pointer: '#/user_id', detail: 'no user has the id "nobody"' }],
  },
  'idempotency-key-reused': {
    status: 422,
    explanation:
      'The Idempotency-Key came with another request in the last 24 hours. Take a new key for a new request.',
    example: 'This Idempotency-Key came with another request before: take a new one.',
  },
  'precondition-required': {
    status: 428,
    explanation:
      'This service takes no change without If-Match (REQUIRE_IF_MATCH). Send the ETag that you read.',
    example: 'This service takes no write without If-Match: send the ETag that you read.',
  },
  'internal-error': {
    status: 500,
    explanation: 'A fault of the service. The log has it under the id in `instance`.',
    example: '',
  },
  'database-unavailable': {
    status: 503,
    explanation: 'The database does not answer, or not in time. Try again after Retry-After.',
    example: 'The database does not answer at the moment.',
  },
  draining: {
    status: 503,
    explanation:
      'The service has been told to stop and finishes only what it has begun. Try again after Retry-After: another copy or its successor will answer.',
    example: 'The service is stopping and takes no more requests.',
  },
  'not-ready': {
    status: 503,
    explanation:
      'Something that requests need does not answer; it is named: the database, its schema (it is being brought up to date), the storage, or the service itself (it is stopping).',
    example: 'Not ready: the database does not answer.',
    members: { failing: ['database'] },
  },
  ...ACCESS_PROBLEMS,
  'instrument-changed': {
    ...changed('instrument'),
    members: { ...CHANGED, changed_at: null },
  },
  ...INSTRUMENT_PROBLEMS,
  ...PICTURE_PROBLEMS,
  ...REVIEW_PROBLEMS,
  ...COMMENT_PROBLEMS,
};
