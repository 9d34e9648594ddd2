import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import type { Fault } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { validateParameters } from './validation/request-validation.js';
import { METHODS_WITH_BODY } from './json-body.interceptor.js';
import { malformedParameters, parseQuery } from './query.js';
import { placeOf } from './route-arguments.js';

/**
 * Refuses what no validation of a query would see: parameters that are not percent-encoded UTF-8, which
 * the parser would repair in silence, and any parameter of a route that takes none.
 */
@Injectable()
export class QueryInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const [, query = ''] = /\?(.*)$/s.exec(request.originalUrl) ?? [];
    const faults = query === '' ? [] : faultsOf(query, placeOf(context, 'query') !== undefined);
    if (faults.length > 0) throw new InvalidRequest(faults);
    // A body is checked at the same time as the query, and whichever is wrong first is told: the query is to be.
    if (query !== '' && METHODS_WITH_BODY.has(request.method)) assertQuery(context, request);
    return next.handle();
  }
}

function faultsOf(query: string, isTaken: boolean): Fault[] {
  const malformed = malformedParameters(query).map((parameter) => ({
    parameter,
    detail: 'has a percent sign that is not followed by two hexadecimal digits of UTF-8',
  }));
  if (isTaken || malformed.length > 0) return malformed;
  return Object.keys(parseQuery(query)).map((parameter) => ({
    parameter,
    detail: 'is not known here',
  }));
}

/** @throws InvalidRequest */
function assertQuery(context: ExecutionContext, request: Request): void {
  const types = Reflect.getMetadata(
    'design:paramtypes',
    context.getClass().prototype as object,
    context.getHandler().name,
  ) as (new () => object)[] | undefined;
  const type = types?.[placeOf(context, 'query') ?? -1];
  if (type) validateParameters(type, request.query);
}
