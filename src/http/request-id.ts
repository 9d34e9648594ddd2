import { randomUUID } from 'node:crypto';
import type { Request } from 'express';
import { comesFromTrustedProxy } from './client-address.js';

const WELL_FORMED = /^[\w.:=+/@-]{1,128}$/;

/** The request's id: what a trusted proxy calls it (X-Request-Id), else a new one. */
export function requestIdOf(request: Request): string {
  const given = request.headers['x-request-id'];
  const isTaken =
    typeof given === 'string' && WELL_FORMED.test(given) && comesFromTrustedProxy(request);
  return isTaken ? given : randomUUID();
}
