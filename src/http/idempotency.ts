import { createParamDecorator } from '@nestjs/common';
import type { Request } from 'express';
import { type RepeatableRequest, requestDigest } from '../database/repeatable-requests.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { callerNameOf } from './caller-name.js';

const KEY = /^[\x21-\x7e]{1,255}$/;

/**
 * The client's Idempotency-Key, which makes a POST safe to repeat for 24 hours.
 * @throws InvalidRequest when it is not 1 to 255 printable ASCII characters
 */
export function idempotencyKeyOf(request: Request): string | undefined {
  const key = request.headers['idempotency-key'];
  if (key === undefined) return undefined;
  if (typeof key === 'string' && KEY.test(key)) return key;
  throw new InvalidRequest([
    { header: 'Idempotency-Key', detail: 'must have 1 to 255 printable ASCII characters' },
  ]);
}

/** The request as one that may be repeated, if its client sent an Idempotency-Key. */
export const Repeatable = createParamDecorator(
  (_data: unknown, context): RepeatableRequest | undefined => {
    const request = context.switchToHttp().getRequest<Request>();
    return repeatableOf(request, request.body as unknown);
  },
);

/** The same for a request whose body its handler reads. @throws InvalidRequest naming the header */
export function repeatableOf(request: Request, body: unknown): RepeatableRequest | undefined {
  const key = idempotencyKeyOf(request);
  if (key === undefined) return undefined;
  // With its query: what is to be restored stands there.
  const { method, originalUrl: path } = request;
  const digest = requestDigest({ method, path, body });
  return { caller: callerNameOf(request) ?? '', key, digest };
}
