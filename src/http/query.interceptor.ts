import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import type { Request } from 'express';
import type { Observable } from 'rxjs';
import type { Fault } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import { malformedParameters, parseQuery } from './query.js';

/**
 * Refuses what no validation of a query would see: parameters that are not percent-encoded UTF-8, which
 * the parser would repair in silence, and any parameter of a route that takes none.
 */
@Injectable()
export class QueryInterceptor implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const { originalUrl } = context.switchToHttp().getRequest<Request>();
    const [, query = ''] = /\?(.*)$/s.exec(originalUrl) ?? [];
    const faults = query === '' ? [] : faultsOf(query, takesQuery(context));
    if (faults.length > 0) throw new InvalidRequest(faults);
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

function takesQuery(context: ExecutionContext): boolean {
  const parameters = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  ) as Record<string, unknown> | undefined;
  return Object.keys(parameters ?? {}).some((key) => key.startsWith(`${RouteParamtypes.QUERY}:`));
}
