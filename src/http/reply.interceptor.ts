import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { map, type Observable } from 'rxjs';
import { Environment } from '../config/environment.js';
import { isUnchanged } from './conditional-requests.js';
import { Reply } from './reply.js';

const ADDRESSES = new Set(['Location', 'Link']);

/** Turns a handler's `Reply` into status, headers and body; answers 304 to a client that is up to date. */
@Injectable()
export class ReplyInterceptor implements NestInterceptor {
  constructor(private readonly environment: Environment) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const request = context.switchToHttp().getRequest<Request>();
    const response = context.switchToHttp().getResponse<Response>();
    return next.handle().pipe(
      map((answer: unknown) => {
        if (!(answer instanceof Reply)) return answer;
        if (answer.status !== undefined) response.status(answer.status);
        for (const [name, value] of Object.entries(answer.headers))
          response.setHeader(name, ADDRESSES.has(name) ? this.absolute(value) : value);
        const etag = answer.headers.ETag;
        if (etag === undefined || !['GET', 'HEAD'].includes(request.method))
          return answer.body as unknown;
        response.setHeader('Cache-Control', 'private, no-cache');
        // Express compares by itself when it sends.
        if (!answer.isReusable) delete request.headers['if-none-match'];
        if (!isUnchanged(request, etag)) return answer.body as unknown;
        response.status(304);
        return undefined;
      }),
    );
  }

  // `/images/a` or `</images?cursor=…>; rel="next"`, in front of which the service's own address belongs.
  private absolute(address: string): string {
    return address.replace('/', `${this.environment.publicUrl ?? ''}/`);
  }
}
