import {
  type CallHandler,
  type ExecutionContext,
  Injectable,
  type NestInterceptor,
} from '@nestjs/common';
import { catchError, type Observable } from 'rxjs';
import { AnnotationResponse } from '../dto/annotation.response.js';
import { AnnotationConflict, AnnotationsChanged } from './annotation-conflict.errors.js';
import { AnnotationConflictResponse } from './dto/annotation-conflict.response.js';

/** Gives refusals of writers who were too late the annotations as they are now, as every other answer has them. */
@Injectable()
export class ConflictInterceptor implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      catchError((error: unknown) => {
        if (error instanceof AnnotationsChanged)
          error.tell((annotation) => AnnotationResponse.from(error.imageKey, annotation));
        if (error instanceof AnnotationConflict)
          error.tell((conflict) => AnnotationConflictResponse.from(error.imageKey, conflict));
        throw error;
      }),
    );
  }
}
