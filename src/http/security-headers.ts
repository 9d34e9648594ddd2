import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** What a browser may do with an answer that is data: nothing, and nobody may frame it. */
export const DATA_ONLY = "default-src 'none'; frame-ancestors 'none'";

/**
 * Headers of every answer; API pages and pictures replace the policy by their own. TLS, and with it
 * Strict-Transport-Security, is the business of the proxy in front.
 */
export function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
    },
    // Addresses of pictures may be signed: whoever is linked to must not learn them.
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: false,
    xFrameOptions: { action: 'deny' },
  });
}

/** No cache keeps an answer, unless its route says otherwise (what has an ETag is kept and asked about). */
export const keptByNobody: RequestHandler = (_request, response, next) => {
  response.setHeader('Cache-Control', 'no-store');
  next();
};
