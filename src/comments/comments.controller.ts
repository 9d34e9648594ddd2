import {
  applyDecorators,
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Query,
  Req,
  type StreamableFile,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { versionTag } from '../database/entity-tag.js';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { Repeatable } from '../http/idempotency.js';
import { Answers, AnswersPage, Creates, Refuses, Removes } from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { IdPipe, ImageKeyPipe } from '../http/validation/path-parameters.js';
import type { Comment } from './comment.entity.js';
import { CommentsService } from './comments.service.js';
import { CommentResponse } from './dto/comment.response.js';
import { CreateCommentRequest } from './dto/create-comment.request.js';
import { ListCommentsQuery, OLDEST_FIRST } from './dto/list-comments.query.js';
import { PatchCommentRequest } from './dto/patch-comment.request.js';

@ApiTags('comments')
@Controller('images/:image_key/comments')
export class CommentsController {
  constructor(private readonly comments: CommentsService) {}

  /**
   * List the comments on an image
   * @remarks Oldest first, a page at a time: those on the image and those on its annotations, also on deleted ones.
   */
  @Requires('viewer')
  @Get()
  @ActsOnImage()
  @AnswersPage(CommentResponse)
  async listComments(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Query() query: ListCommentsQuery,
    @Req() request: Request,
  ): Promise<Reply<CommentResponse[] | StreamableFile>> {
    const filter = query.toFilter();
    return replyList(request, {
      sort: OLDEST_FIRST,
      page: query.toPage(),
      read: (part) => this.comments.listComments(caller, imageKey, filter, part),
      present: (comment) => CommentResponse.from(imageKey, comment),
    });
  }

  /**
   * Comment on an image or an annotation
   * @remarks With `annotation_index` it is about that annotation, which must exist; later it may be deleted.
   */
  @Requires('annotator')
  @Post()
  @ActsOnImage()
  @Creates(CommentResponse)
  @Refuses('unknown-annotation', 'idempotency-key-reused', 'comment-not-found')
  async createComment(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Body() body: CreateCommentRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<CommentResponse>> {
    const draft = body.toDraft();
    const { comment, isNew } = await this.comments.addComment(caller, imageKey, draft, request);
    const response = CommentResponse.from(imageKey, comment);
    const made = Reply.made(response, isNew, 'images', imageKey, 'comments', comment.id);
    return made.tagged(versionTag(comment.version));
  }

  /**
   * Read a comment
   * @remarks With the ETag that a change sends back as If-Match.
   */
  @Requires('viewer')
  @Get(':comment_id')
  @ActsOnComment()
  @Answers(CommentResponse)
  async getComment(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('comment_id', IdPipe) id: string,
  ): Promise<Reply<CommentResponse>> {
    return reply(imageKey, await this.comments.requireComment(caller, imageKey, id));
  }

  /**
   * Change or resolve a comment
   * @remarks A JSON merge patch (RFC 7396). Every annotator resolves comments and opens them again; the text is changed
   * by who wrote it, or by an admin. A patch that changes nothing leaves the version and the ETag.
   */
  @Requires('annotator')
  @Patch(':comment_id')
  @ActsOnComment()
  @Answers(CommentResponse)
  @Refuses('comment-changed', 'not-the-author')
  async patchComment(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('comment_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
    @Body() body: PatchCommentRequest,
  ): Promise<Reply<CommentResponse>> {
    const change = body.toChange();
    return reply(
      imageKey,
      await this.comments.changeComment(caller, imageKey, id, precondition, change),
    );
  }

  /**
   * Delete a comment
   * @remarks For good; by who wrote it, or by an admin.
   */
  @Requires('annotator')
  @Delete(':comment_id')
  @HttpCode(204)
  @ActsOnComment()
  @Removes('The comment is gone.')
  @Refuses('comment-changed', 'not-the-author')
  async deleteComment(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) imageKey: string,
    @Param('comment_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.comments.deleteComment(caller, imageKey, id, precondition);
  }
}

function ActsOnImage() {
  return ActsOn(CommentsService, 'image-not-found', (comments, { image_key }, request) =>
    comments.requireImage(callerOf(request), image_key ?? ''),
  );
}

function ActsOnComment() {
  return applyDecorators(
    Refuses('image-not-found'),
    ActsOn(CommentsService, 'comment-not-found', (comments, { image_key, comment_id }, request) =>
      comments.requireComment(callerOf(request), image_key ?? '', comment_id ?? ''),
    ),
  );
}

function reply(imageKey: string, comment: Comment): Reply<CommentResponse> {
  const response = CommentResponse.from(imageKey, comment);
  return Reply.of(response).tagged(versionTag(comment.version));
}
