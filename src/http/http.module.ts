import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ConditionalRequests } from './conditional-requests.js';
import { Drain } from './drain.js';
import { JsonBodyInterceptor } from './json-body.interceptor.js';
import { ProblemFilter } from './problem.filter.js';
import { QueryInterceptor } from './query.interceptor.js';
import { RequestMetrics } from './request-metrics.js';
import { ReplyInterceptor } from './reply.interceptor.js';
import { TargetFirstInterceptor } from './target-first.interceptor.js';
import { UploadReader } from './upload.reader.js';
import { RequestValidationPipe } from './validation/request-validation.pipe.js';

/** What every request passes, from the outside in. */
@Global()
@Module({
  providers: [
    ConditionalRequests,
    Drain,
    RequestMetrics,
    UploadReader,
    { provide: APP_FILTER, useClass: ProblemFilter },
    { provide: APP_INTERCEPTOR, useClass: ReplyInterceptor },
    { provide: APP_INTERCEPTOR, useClass: TargetFirstInterceptor },
    { provide: APP_INTERCEPTOR, useClass: QueryInterceptor },
    { provide: APP_INTERCEPTOR, useClass: JsonBodyInterceptor },
    { provide: APP_PIPE, useClass: RequestValidationPipe },
  ],
  exports: [ConditionalRequests, Drain, RequestMetrics, UploadReader],
})
export class HttpModule {}
