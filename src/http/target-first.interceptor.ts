import {
  applyDecorators,
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
  SetMetadata,
} from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import type { Request } from 'express';
import { catchError, type Observable } from 'rxjs';
import { DomainError, type ErrorKind } from '../errors/domain-error.js';
import { ConditionalRequests } from './conditional-requests.js';
import { STREAM_BODY } from './json-body.interceptor.js';
import { Refuses } from './openapi.js';
import { MAX_IMAGE_KEY_BYTES } from './validation/path-parameters.js';
import { keyFault } from './validation/text.js';

type Service = abstract new (...args: never[]) => object;

interface Target {
  service: Service;
  require: (
    service: object,
    parameters: Record<string, string>,
    request: Request,
  ) => Promise<unknown>;
}

const TARGET = 'target';

/**
 * Says how to find what a route acts on, so that a request for something that does not exist is
 * answered 404 even if it is also malformed.
 * @param notFound code of the problem that tells so
 */
export function ActsOn<S extends Service>(
  service: S,
  notFound: string,
  require: (
    service: InstanceType<S>,
    parameters: Record<string, string>,
    request: Request,
  ) => Promise<unknown>,
) {
  const target: Target = { service, require: require as Target['require'] };
  return applyDecorators(SetMetadata(TARGET, target), Refuses(notFound));
}

/**
 * Keeps the order of refusals: 404, then 428, then 400. Validation comes first in Nest, and looking the
 * target up before it would cost every good request a query; so it is looked up when validation fails.
 */
@Injectable()
export class TargetFirstInterceptor implements NestInterceptor {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
    private readonly conditions: ConditionalRequests,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const target = this.reflector.getAllAndOverride<Target | undefined>(TARGET, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!target) return next.handle();
    return next.handle().pipe(
      catchError(async (error: unknown) => {
        if (isBadInput(error)) await this.assertTarget(context, target, error);
        throw error;
      }),
    );
  }

  /** @throws what the target's service throws, PreconditionRequired, or `badInput` if the path itself is bad */
  private async assertTarget(context: ExecutionContext, target: Target, badInput: DomainError) {
    const request = context.switchToHttp().getRequest<Request>();
    const parameters = request.params as Record<string, string>;
    if (badInput.faults.some(({ parameter }) => parameter !== undefined && parameter in parameters))
      return;
    const normalized = Object.entries(parameters).map(([name, text]): [string, string] => [
      name,
      text.normalize('NFC'),
    ]);
    // Something else was refused before the path was looked at: PostgreSQL must not see it unchecked.
    if (normalized.some(([, text]) => keyFault(text, MAX_IMAGE_KEY_BYTES) !== undefined)) return;
    await target.require(
      this.modules.get<object>(target.service, { strict: false }),
      Object.fromEntries(normalized),
      request,
    );
    // Who reads a stream asserts the precondition itself, before the first byte: only it knows whether there
    // is something to overwrite.
    const isStream =
      this.reflector.get<unknown>(STREAM_BODY.key, context.getHandler()) === STREAM_BODY.value;
    if (!isStream && ['PUT', 'PATCH', 'DELETE'].includes(request.method))
      this.conditions.preconditionOf(request).assertPresent();
  }
}

// What is wrong with a request whatever it acts on.
const BAD_INPUT = new Set<ErrorKind>(['invalid', 'unsupported', 'too-large']);

function isBadInput(error: unknown): error is DomainError {
  return error instanceof DomainError && BAD_INPUT.has(error.kind);
}
