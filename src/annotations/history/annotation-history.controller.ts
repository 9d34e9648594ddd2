import {
  Controller,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  type StreamableFile,
  applyDecorators,
  UseInterceptors,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../../access/requires.decorator.js';
import type { Position } from '../../database/page.js';
import type { RepeatableRequest } from '../../database/repeatable-requests.js';
import type { Precondition } from '../../errors/precondition.js';
import { Preconditions } from '../../http/conditional-requests.js';
import { Repeatable } from '../../http/idempotency.js';
import { ListQuery } from '../../http/list.query.js';
import { Answers, AnswersPage, AnswersUntagged, Refuses } from '../../http/openapi.js';
import { replyList } from '../../http/list-reply.js';
import { Reply } from '../../http/reply.js';
import { ActsOn } from '../../http/target-first.interceptor.js';
import { AnnotationIndexPipe, ImageKeyPipe } from '../../http/validation/path-parameters.js';
import { annotationTag } from '../annotation-tags.js';
import { ConflictInterceptor } from '../conflicts/conflict.interceptor.js';
import { AnnotationResponse } from '../dto/annotation.response.js';
import { AnnotationHistoryService } from './annotation-history.service.js';
import { AnnotationRestorationService } from './annotation-restoration.service.js';
import { HIGHEST_VERSION } from './annotation-version.js';
import { AnnotationDiffResponse } from './dto/annotation-diff.response.js';
import { AnnotationVersionResponse } from './dto/annotation-version.response.js';
import { DiffVersionsQuery } from './dto/diff-versions.query.js';
import { RestoreAnnotationQuery } from './dto/restore-annotation.query.js';

const NEWEST_FIRST = 'annotation-history:-version';

@ApiTags('annotations')
@Controller('images/:image_key/annotations/:annotation_index')
@UseInterceptors(ConflictInterceptor)
export class AnnotationHistoryController {
  constructor(
    private readonly history: AnnotationHistoryService,
    private readonly restoration: AnnotationRestorationService,
  ) {}

  /**
   * List the versions of an annotation
   * @remarks Newest first, a page at a time: what it was, who made it that, when and by what; and what its label was
   * called since, by renames and merges, which write no version. Also of a deleted annotation. Versions that were superseded longer ago than HISTORY_RETENTION_DAYS are not kept, if that is set.
   */
  @Requires('viewer')
  @Get('history')
  @ActsOnHistory()
  @AnswersPage(AnnotationVersionResponse)
  async listAnnotationVersions(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<AnnotationVersionResponse[] | StreamableFile>> {
    const page = query.toPageRequest(NEWEST_FIRST, isVersion);
    return replyList(request, {
      sort: NEWEST_FIRST,
      page,
      read: (part) => this.history.listVersions(caller, imageKey, index, part),
      present: (version) => AnnotationVersionResponse.from(version),
    });
  }

  /**
   * Compare two versions of an annotation
   * @remarks The newest one with the one before it, unless `from` and `to` name others.
   */
  @Requires('viewer')
  @Get('history/diff')
  @ActsOnHistory()
  @AnswersUntagged(AnnotationDiffResponse, 'What differs, and how far the polygons agree.')
  @Refuses('annotation-version-not-found')
  async diffAnnotationVersions(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Query() query: DiffVersionsQuery,
  ): Promise<AnnotationDiffResponse> {
    return AnnotationDiffResponse.from(await this.history.diff(caller, imageKey, index, query));
  }

  /**
   * Restore a version of an annotation
   * @remarks Its content becomes the newest version. A deleted annotation is back by it, under its old index.
   * Without `version` the last change is undone: a deletion, or whatever made the newest version.
   */
  @Requires('annotator')
  @Post('restore')
  @HttpCode(200)
  @ActsOnHistory()
  @Answers(AnnotationResponse)
  @Refuses(
    'annotation-version-not-found',
    'annotation-changed',
    'too-many-annotations',
    'impossible-geometry',
    'idempotency-key-reused',
  )
  async restoreAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Query() { version }: RestoreAnnotationQuery,
    @Preconditions() precondition: Precondition,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<AnnotationResponse>> {
    const restored = await this.restoration.restore(caller, imageKey, index, {
      version,
      precondition,
      request,
    });
    return Reply.of(AnnotationResponse.from(imageKey, restored)).tagged(annotationTag(restored));
  }
}

const ANNOTATION_INDEX = new AnnotationIndexPipe();

function ActsOnHistory() {
  return applyDecorators(
    Refuses('image-not-found'),
    ActsOn(
      AnnotationHistoryService,
      'annotation-not-found',
      (history, { image_key, annotation_index }, request) =>
        history.requireUsed(
          callerOf(request),
          image_key ?? '',
          ANNOTATION_INDEX.transform(annotation_index),
        ),
    ),
  );
}

function isVersion([version, ...others]: Position): boolean {
  return (
    others.length === 0 &&
    Number.isInteger(version) &&
    (version as number) >= 1 &&
    (version as number) <= HIGHEST_VERSION
  );
}
