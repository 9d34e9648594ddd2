import type { NestExpressApplication } from '@nestjs/platform-express';
import type { NextFunction, Request, RequestHandler, Response } from 'express';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Digest',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-Modified-Since',
  'If-None-Match',
  'If-Range',
  'Range',
  'X-API-Key',
];
const EXPOSED_HEADERS = [
  'Accept-Ranges',
  'Content-Digest',
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'ETag',
  'Last-Modified',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Limit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Repr-Digest',
  'Retry-After',
  'Server-Timing',
  'WWW-Authenticate',
  'X-Count',
  'X-Image-Transform',
  'X-Request-Id',
  'X-Total-Count',
  'X-Total-Count-Kind',
  'X-Validate',
];
const MAX_AGE_S = 600;
const IIIF = /^\/iiif(?:\/|$)/i;
const IIIF_LIST = /^\/iiif\/presentation\/3\/manifest\/?$/i;

/**
 * Lets the pages of all origins read what viewers of other sites are made to show, as IIIF demands
 * (https://iiif.io/api/image/3.0/#71-cors). Browsers send nothing along by themselves: who calls stands in headers
 * or in the address, which such a page must have.
 * @param isAsked whether callers are asked who they are (AUTH); where nobody is, pages of other origins must know
 *   the key of an image, and learn none from a list
 */
export function openToViewers(isAsked: boolean): RequestHandler {
  return (request, response, next) => {
    if (!IIIF.test(request.path) || (!isAsked && IIIF_LIST.test(request.path))) {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Origin', '*');
    response.setHeader('Access-Control-Expose-Headers', EXPOSED_HEADERS.join(','));
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (request.method !== 'OPTIONS') {
      next();
      return;
    }
    response.setHeader('Access-Control-Allow-Methods', 'GET,HEAD');
    response.setHeader('Access-Control-Allow-Headers', ALLOWED_HEADERS.join(','));
    response.setHeader('Access-Control-Max-Age', MAX_AGE_S);
    response.status(204).end();
  };
}

/**
 * Lets the pages of these origins call the API (https://fetch.spec.whatwg.org/#http-cors-protocol). Pages of
 * others are not answered to at all. Cookies play no part: callers name themselves in headers.
 */
export function allowOrigins(app: NestExpressApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins.map((origin) => new URL(origin).origin));
  app.use(({ headers }: Request, response: Response, next: NextFunction) => {
    response.vary('Origin');
    // Without it a page is not shown Server-Timing, nor how long the parts of a download took.
    if (headers.origin !== undefined && allowed.has(headers.origin))
      response.setHeader('Timing-Allow-Origin', headers.origin);
    next();
  });
  app.enableCors((request: Request, answer: (error: null, options: object) => void) => {
    const { origin } = request.headers;
    if (origin === undefined || !allowed.has(origin)) answer(null, { origin: false });
    else
      answer(null, {
        origin,
        methods: METHODS,
        allowedHeaders: ALLOWED_HEADERS,
        exposedHeaders: EXPOSED_HEADERS,
        maxAge: MAX_AGE_S,
      });
  });
}
