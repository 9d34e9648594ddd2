import type { ProblemEntry } from './problem-entry.js';

/** What can be wrong with a file, and with the service when it handles one. */
export const PICTURE_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'incomplete-body': {
    status: 400,
    explanation: 'The body ended before its declared length. Nothing was kept: send it again.',
    example: 'The body ended before its declared length.',
  },
  'content-digest-mismatch': {
    status: 400,
    explanation:
      'The bytes that arrived are not those that Content-Digest announces. Send them again.',
    example: 'The bytes that arrived are not those that were sent.',
    errors: [{ header: 'Content-Digest', detail: 'the sha-256 digest of the content differs' }],
  },
  'scale-too-large': {
    status: 400,
    explanation:
      'The scaled picture would be larger than the service makes, or take more memory. The largest scale is named.',
    example: 'The largest scale allowed for this picture is 2.048.',
    errors: [
      { parameter: 'scale', detail: 'The largest scale allowed for this picture is 2.048.' },
    ],
    members: { largest_scale: 2.048 },
  },
  'rendition-too-large': {
    status: 400,
    explanation:
      'The rendition would be larger than the service makes (MAX_OUTPUT_SIDE, MAX_PIXELS), or take more memory (DECODE_MEMORY).',
    example: 'The rendition would be too large: at most 8192 pixels a side and 50000000 in all.',
    errors: [{ parameter: 'width', detail: 'at most 8192 pixels a side and 50000000 in all' }],
  },
  'rendition-too-heavy': {
    status: 400,
    explanation: 'Even with quality 1 the rendition has more bytes than `max_bytes` allows.',
    example:
      'The rendition does not fit: max_bytes must be at least 1204: with quality 1 the rendition has that many bytes.',
    errors: [
      {
        parameter: 'max_bytes',
        detail: 'must be at least 1204: with quality 1 the rendition has that many bytes',
      },
    ],
  },
  'picture-version-not-found': {
    status: 404,
    explanation:
      'The address is good for one picture only (`v`), which another one has replaced. Read the image again for its `file.url` and `sha256`.',
    example: 'The picture of the image "tray-7/front" is another one by now.',
    errors: [{ parameter: 'v', detail: 'is not how the sha256 of the picture begins' }],
  },
  'another-representation': {
    status: 412,
    explanation:
      'What is there to be read is not what If-Match or If-Unmodified-Since asks for. Leave the condition out to read it as it is now.',
    example: 'What is here is not what the request asks for: its ETag is now "4".',
    members: { current_etag: '"4"' },
  },
  'range-not-satisfiable': {
    status: 416,
    explanation:
      'The header Range is well-formed, but begins behind the last byte. The length is in `bytes` and in Content-Range.',
    example: 'There are 20480 bytes, and nothing of them is in the range that was asked for.',
    members: { bytes: 20480 },
  },
  'picture-not-found': {
    status: 404,
    explanation:
      'The image is a record without a picture yet: PUT /images/{image_key}/file attaches one.',
    example: 'The image "tray-7/front" has no picture yet.',
  },
  'file-too-large': {
    status: 413,
    explanation: 'The file has more bytes than the service takes (MAX_UPLOAD_BYTES).',
    example: 'The file is larger than the 50000000 bytes that are taken here.',
  },
  'too-many-pixels': {
    status: 413,
    explanation:
      'The picture has more pixels or frames than the service decodes (MAX_PIXELS, MAX_PIXELS_HEAVY, MAX_FRAMES), or would take more memory (DECODE_MEMORY).',
    example: 'The picture is too large to be decoded: 60000000 pixels, where 50000000 are allowed.',
  },
  'unsupported-picture': {
    status: 415,
    explanation:
      'The bytes are not a JPEG, PNG, WebP, TIFF, GIF or AVIF picture. Names and media types that a client sends do not count.',
    example: 'The file is not a picture of an accepted type: JPEG, PNG, WebP, TIFF, GIF or AVIF.',
  },
  'undecodable-picture': {
    status: 422,
    explanation:
      'The file begins like a picture but cannot be decoded to its end: it is cut off or damaged.',
    example: 'The file begins like image/jpeg but is cut short or damaged.',
  },
  'annotations-outside-picture': {
    status: 422,
    explanation:
      'Annotations that are there already lie outside the picture that is to be attached, or are masks of another size.',
    example: 'Annotations of the image lie outside a picture of 64 x 48 pixels.',
    errors: [
      {
        pointer: '#/annotations/0/polygon/points/1',
        detail:
          'x must be from -0.5 to 64.5 to lie in the picture, not 120.5; y must be from -0.5 to 48.5 to lie in the picture, not 80',
      },
    ],
  },
  overloaded: {
    status: 503,
    explanation:
      'More is asked than the service can do: more pictures wait to be decoded than it keeps waiting (DECODE_QUEUE), this one took too long (RENDITION_TIMEOUT_MS), or more requests came at once than it can answer. Try again after Retry-After.',
    example: 'Too many pictures are being processed at the moment.',
  },
  'storage-unavailable': {
    status: 503,
    explanation: 'The file storage does not answer. Try again after Retry-After.',
    example: 'The storage does not answer at the moment.',
  },
  'storage-full': {
    status: 507,
    explanation: 'There is no room for more files. Nothing was kept; reads go on.',
    example: 'The storage is full: nothing was kept.',
  },
};
