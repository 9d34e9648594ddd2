import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { NestExpressApplication } from '@nestjs/platform-express';
import express, { type RequestHandler, Router } from 'express';
import type { Environment } from '../config/environment.js';
import { openApiDocument } from './openapi-document.js';
import {
  ICON,
  REDOC_PAGE,
  REDOC_START,
  REDOC_STYLE,
  SWAGGER_PAGE,
  SWAGGER_START,
} from './pages.js';

// scripts/copy-redoc.mjs puts it there when the service is built.
const REDOC_FOLDER = fileURLToPath(new URL('../../redoc/', import.meta.url));

const SELF_ONLY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data: blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
];
const SWAGGER_POLICY = [...SELF_ONLY, "style-src 'self'"];
// ReDoc's styles begin as empty <style> elements (this is the digest of nothing) and are filled by script;
// its search runs in a worker made of its own code.
const EMPTY_STYLE = "'sha256-47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='";
// The style of its scroll bars, as redoc 2.5.4 has it; a browser that meets another one names its digest.
const SCROLLBAR_STYLE = "'sha256-QMIg+bpjm3JdElJ388KYke01izlUW0UoNOeKjpMxdgc='";
const REDOC_POLICY = [
  ...SELF_ONLY,
  `style-src 'self' ${EMPTY_STYLE} ${SCROLLBAR_STYLE}`,
  'worker-src blob:',
];

/** Serves /openapi.json, Swagger UI at /docs and ReDoc at /redoc, and leads from / there. */
export function mountDocumentation(app: NestExpressApplication, environment: Environment): void {
  if (!environment.docs) return;
  // Made for the first who asks: the service starts without waiting for it.
  let document: string | undefined;
  const router = Router();
  router.get('/', (_request, response) => response.redirect('docs'));
  router.get('/openapi.json', (_request, response) => {
    document ??= JSON.stringify(openApiDocument(app, environment));
    response.setHeader('Cache-Control', 'no-cache');
    response.type('json').send(document);
  });
  router.get('/docs', page('docs', SWAGGER_PAGE, SWAGGER_POLICY));
  router.get('/docs/start.js', text('js', SWAGGER_START));
  router.get('/docs/icon.svg', text('svg', ICON));
  router.use('/docs', files(swaggerFolder()));
  router.get('/redoc', page('redoc', REDOC_PAGE, REDOC_POLICY));
  router.get('/redoc/start.js', text('js', REDOC_START));
  router.get('/redoc/page.css', text('css', REDOC_STYLE));
  router.use('/redoc', files(REDOC_FOLDER));
  app.use(router);
}

/** A page whose addresses are relative: with a slash at the end they would lead elsewhere. */
function page(name: string, html: string, policy: string[]): RequestHandler {
  return ({ path }, response) => {
    if (path.endsWith('/')) {
      response.redirect(`../${name}`);
      return;
    }
    response.setHeader('Content-Security-Policy', policy.join('; '));
    response.setHeader('Cache-Control', 'no-cache');
    response.type('html').send(html);
  };
}

function text(type: string, content: string): RequestHandler {
  return (_request, response) => {
    response.setHeader('Cache-Control', 'no-cache');
    response.type(type).send(content);
  };
}

function files(folder: string): RequestHandler {
  return express.static(folder, { index: false, redirect: false, maxAge: '1h' });
}

/** The Swagger UI that @nestjs/swagger brings along. */
function swaggerFolder(): string {
  const ours = createRequire(import.meta.url);
  const theirs = createRequire(ours.resolve('@nestjs/swagger'));
  return dirname(theirs.resolve('swagger-ui-dist/package.json'));
}
