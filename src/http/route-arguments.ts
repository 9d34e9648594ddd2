import type { ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';

/** Which of a handler's parameters is the query, or the body; undefined if none is. */
export function placeOf(context: ExecutionContext, what: 'query' | 'body'): number | undefined {
  const parameters = Reflect.getMetadata(
    ROUTE_ARGS_METADATA,
    context.getClass(),
    context.getHandler().name,
  ) as Record<string, unknown> | undefined;
  const prefix = `${what === 'query' ? RouteParamtypes.QUERY : RouteParamtypes.BODY}:`;
  const key = Object.keys(parameters ?? {}).find((name) => name.startsWith(prefix));
  return key === undefined ? undefined : Number(key.slice(prefix.length));
}
