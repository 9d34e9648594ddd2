import type { NestExpressApplication } from '@nestjs/platform-express';
import type { Request } from 'express';

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];
const ALLOWED_HEADERS = [
  'Authorization',
  'Content-Digest',
  'Content-Type',
  'Idempotency-Key',
  'If-Match',
  'If-None-Match',
  'X-API-Key',
];
const EXPOSED_HEADERS = [
  'ETag',
  'Link',
  'Location',
  'RateLimit',
  'RateLimit-Limit',
  'RateLimit-Policy',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'Retry-After',
  'WWW-Authenticate',
  'X-Request-Id',
  'X-Total-Count',
];
const MAX_AGE_S = 600;

/**
 * Lets the pages of these origins call the API (https://fetch.spec.whatwg.org/#http-cors-protocol). Pages of
 * others are not answered to at all. Cookies play no part: callers name themselves in headers.
 */
export function allowOrigins(app: NestExpressApplication, origins: readonly string[]): void {
  if (origins.length === 0) return;
  const allowed = new Set(origins.map((origin) => new URL(origin).origin));
  app.use((_request: unknown, response: { vary(header: string): void }, next: () => void) => {
    response.vary('Origin');
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
