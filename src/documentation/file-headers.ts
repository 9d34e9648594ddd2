import type { Header, Parameter } from './document.js';

const A_DATE = 'Sun, 01 Mar 2026 08:31:00 GMT';
const A_DIGEST = 'sha-256=:X48E9qOokqqrvdts8nOJRJN3OWDUoyWxBf7kbu9DBPE=:';
const DIGEST = { type: 'string', pattern: '^sha-256=:[A-Za-z0-9+/]{43}=:$', examples: [A_DIGEST] };

/** What comes with a file, beside its entity tag. */
export const FILE_RESPONSE_HEADERS: Readonly<Record<string, Header>> = {
  'Last-Modified': {
    description:
      'When the picture was stored. Renditions that annotations are part of have an `ETag` only, and dates say nothing of them.',
    schema: { type: 'string', examples: [A_DATE] },
  },
  'Cache-Control': {
    description:
      'An address with the version of the picture (`v`) may be kept for a year; all others may be kept, and are asked about before they are used. With AUTH=on browsers may keep them, and shared caches may not.',
    required: true,
    schema: {
      type: 'string',
      pattern: '^(public|private), (no-cache|max-age=31536000, immutable)$',
      examples: ['public, no-cache'],
    },
  },
  'Accept-Ranges': {
    description: 'Parts may be asked for by `Range`.',
    required: true,
    schema: { type: 'string', enum: ['bytes'] },
  },
  'X-Image-Transform': {
    description:
      "Where a point (x, y) of the upright picture lies in this rendition: `a,b,c,d,e,f` as in CSS's `matrix()`, x' = a·x + c·y + e and y' = b·x + d·y + f. Pixels to pixels; (0, 0) is the outer corner of the top-left one.",
    required: true,
    schema: {
      type: 'string',
      pattern: '^-?[\\d.e-]+(,-?[\\d.e-]+){5}$',
      examples: ['0.25,0,0,0.25,0,0'],
    },
  },
  'Server-Timing': {
    description:
      'Where the time went, in milliseconds: `lookup` (the record), `queue` (waiting for a decoder), `decode` (with resizing and, unless it is told apart, encoding), `encode`, and `cache` (`memory`, `disk`, `made`, or `shared` with another request).',
    schema: {
      type: 'string',
      examples: ['lookup;dur=0.6, queue;dur=0, decode;dur=31.2, cache;desc=made'],
    },
  },
  'Content-Range': {
    description: 'Which part this is. Several parts say it each for itself.',
    schema: {
      type: 'string',
      pattern: '^bytes (\\d+-\\d+|\\*)/\\d+$',
      examples: ['bytes 0-499/1234'],
    },
  },
  'Content-Digest': {
    description: 'Digest of the body (RFC 9530).',
    schema: DIGEST,
  },
  'Repr-Digest': {
    description: 'Digest of the whole, whichever part of it is sent (RFC 9530).',
    schema: DIGEST,
  },
};

/** What a client may say when it asks for a file. */
export const FILE_PARAMETERS: Readonly<Record<string, Parameter>> = {
  Range: {
    name: 'Range',
    in: 'header',
    description:
      'The bytes that are wanted (RFC 9110 section 14): `bytes=0-499`, `bytes=-500`, or several of them. More than 16 that lie apart are answered with the whole.',
    schema: { type: 'string', examples: ['bytes=0-'] },
  },
  IfRange: {
    name: 'If-Range',
    in: 'header',
    description:
      'The ETag that `Range` is about: if it is not current any more, the whole is sent.',
    schema: { type: 'string', examples: ['"0"'] },
  },
  IfModifiedSince: {
    name: 'If-Modified-Since',
    in: 'header',
    description: 'The Last-Modified of what the client has; counts only without If-None-Match.',
    schema: { type: 'string', examples: ['Thu, 01 Jan 1970 00:00:00 GMT'] },
  },
};
