import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import { Environment } from '../config/environment.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { jsonPointer } from '../errors/json-pointer.js';
import { jsonLimits } from './json-limits.js';
import { readJsonBody } from './request-body.js';
import { placeOf } from './route-arguments.js';

type BodyKind = 'resource' | 'annotation-set' | 'stream';

const BODY_KIND = 'body-kind';

/** The route takes a whole annotation set as JSON: the larger limit applies. */
export const TakesAnnotationSet = () => SetMetadata<string, BodyKind>(BODY_KIND, 'annotation-set');
/** The route reads the body by itself, as a stream. */
export const TakesStream = () => SetMetadata<string, BodyKind>(BODY_KIND, 'stream');

/** The key and the value that `TakesStream` sets on a handler. */
export const STREAM_BODY = { key: BODY_KIND, value: 'stream' } as const;

/** Whose bodies are read: that of a DELETE too, which takes none, so that what it says is not passed over. */
export const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH', 'DELETE']);

/**
 * Reads the JSON body after the guards have let the request in and before the pipes check it: a refused
 * caller's body is never read, which a middleware could not promise.
 */
@Injectable()
export class JsonBodyInterceptor implements NestInterceptor {
  constructor(
    private readonly environment: Environment,
    private readonly reflector: Reflector,
  ) {}

  async intercept(context: ExecutionContext, next: CallHandler): Promise<Observable<unknown>> {
    const request = context.switchToHttp().getRequest<Request>();
    const kind =
      this.reflector.get<BodyKind | undefined>(BODY_KIND, context.getHandler()) ?? 'resource';
    if (METHODS_WITH_BODY.has(request.method) && kind !== 'stream') {
      const { maxJsonBytes, maxAnnotationSetBytes } = this.environment;
      const limit = kind === 'annotation-set' ? maxAnnotationSetBytes : maxJsonBytes;
      await readJsonBody(request, jsonLimits(this.environment, limit));
      if (placeOf(context, 'body') === undefined) assertEmpty(request.body);
    }
    return next.handle();
  }
}

/** A body that nobody reads must not say anything. @throws InvalidRequest */
function assertEmpty(body: unknown): void {
  if (body === undefined) return;
  if (typeof body !== 'object' || body === null || Array.isArray(body))
    throw new InvalidRequest([{ pointer: '#', detail: 'must be a JSON object' }]);
  const faults = Object.keys(body).map((name) => ({
    pointer: jsonPointer([name]),
    detail: 'is not known here',
  }));
  if (faults.length > 0) throw new InvalidRequest(faults);
}
