import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { v7 as uuidv7, validate as isUuid } from 'uuid';
import type { AuditedAction } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import { changesNothing } from '../database/changes-nothing.js';
import { versionTag } from '../database/entity-tag.js';
import type { Page, PageRequest } from '../database/page.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import type { Image } from '../images/image.entity.js';
import { ImagesService } from '../images/images.service.js';
import type { CommentChange, CommentDraft, CommentFilter } from './comment.js';
import type { Comment } from './comment.entity.js';
import { CommentNotFound, NotTheAuthor, UnknownAnnotation } from './comments.errors.js';
import { CommentsRepository } from './comments.repository.js';

/** The use cases of comments on images and annotations. */
@Injectable()
export class CommentsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly images: ImagesService,
    private readonly repository: CommentsRepository,
    private readonly requests: RepeatableRequests,
  ) {}

  /** @throws ImageNotFound */
  async requireImage(caller: Caller, imageKey: string): Promise<void> {
    await this.images.requireImage(caller, imageKey);
  }

  /** @throws ImageNotFound | CommentNotFound */
  async requireComment(caller: Caller, imageKey: string, id: string): Promise<Comment> {
    const image = await this.images.requireImage(caller, imageKey);
    return this.requireOf(image, id);
  }

  /**
   * A page of the comments on an image, oldest first.
   * @throws ImageNotFound
   */
  async listComments(
    caller: Caller,
    imageKey: string,
    filter: CommentFilter,
    page: PageRequest,
  ): Promise<Page<Comment>> {
    const image = await this.images.requireImage(caller, imageKey);
    return this.repository.list(image.id, filter, page);
  }

  /**
   * @param request that may be repeated: then the comment is there, and comes as it is now
   * @throws ImageNotFound | UnknownAnnotation | IdempotencyKeyReused | CommentNotFound
   */
  addComment(
    caller: Caller,
    imageKey: string,
    draft: CommentDraft,
    request?: RepeatableRequest,
  ): Promise<{ comment: Comment; isNew: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockInUse(manager, caller, imageKey);
      const { subject, isRepeat } = await this.requests.once(manager, request, async () => {
        const { annotationIndex: index } = draft;
        if (index !== null && !(await this.repository.hasAnnotation(manager, image.id, index)))
          throw new UnknownAnnotation(index);
        const comment = newComment(caller, image.id, draft);
        await this.repository.insert(manager, comment);
        await this.noteIn(manager, caller, 'comment.added', image, comment.id);
        return comment.id;
      });
      return { comment: await this.requireOf(image, subject, manager), isNew: !isRepeat };
    });
  }

  /**
   * Changes the text of a comment, resolves it or opens it again; one that is so already keeps its version.
   * @throws ImageNotFound | CommentNotFound | NotTheAuthor | PreconditionFailed
   */
  changeComment(
    caller: Caller,
    imageKey: string,
    id: string,
    precondition: Precondition,
    { text, resolved }: CommentChange,
  ): Promise<Comment> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockInUse(manager, caller, imageKey);
      const comment = await this.requireOf(image, id, manager);
      if (text !== undefined) assertMayRewrite(caller, comment);
      assertUnchanged(precondition, comment);
      const now = new Date();
      const change = {
        ...(text === undefined ? {} : { text }),
        ...resolution(caller, comment, resolved, now),
      };
      if (changesNothing(comment, change)) return comment;
      await this.repository.update(manager, comment, {
        ...change,
        version: comment.version + 1,
        updatedAt: now,
        updatedBy: caller.name,
      });
      await this.noteIn(manager, caller, 'comment.changed', image, id);
      return comment;
    });
  }

  /** @throws ImageNotFound | CommentNotFound | NotTheAuthor | PreconditionFailed */
  deleteComment(
    caller: Caller,
    imageKey: string,
    id: string,
    precondition: Precondition,
  ): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.images.lockInUse(manager, caller, imageKey);
      const comment = await this.requireOf(image, id, manager);
      assertMayRewrite(caller, comment);
      assertUnchanged(precondition, comment);
      await this.repository.remove(manager, comment);
      await this.noteIn(manager, caller, 'comment.deleted', image, id);
    });
  }

  private async requireOf(image: Image, id: string, manager?: EntityManager): Promise<Comment> {
    // The server makes the ids: what cannot be one names nothing.
    const comment = isUuid(id) ? await this.repository.find(image.id, id, manager) : null;
    if (!comment) throw new CommentNotFound(image.key, id);
    return comment;
  }

  private noteIn(
    manager: EntityManager,
    caller: Caller,
    action: AuditedAction,
    image: Image,
    id: string,
  ): Promise<void> {
    return this.images.noteIn(manager, caller, action, image, 'comments', id);
  }
}

function newComment(caller: Caller, imageId: string, draft: CommentDraft): Omit<Comment, 'image'> {
  const now = new Date();
  return {
    id: uuidv7(),
    imageId,
    ...draft,
    author: caller.name,
    createdAt: now,
    updatedAt: now,
    updatedBy: caller.name,
    resolvedAt: null,
    resolvedBy: null,
    version: 1,
  };
}

/** Who resolved it first, and when, stays. */
function resolution(
  caller: Caller,
  { resolvedAt }: Comment,
  resolved: boolean | undefined,
  now: Date,
): Partial<Comment> {
  if (resolved === undefined || resolved === (resolvedAt !== null)) return {};
  return resolved
    ? { resolvedAt: now, resolvedBy: caller.name }
    : { resolvedAt: null, resolvedBy: null };
}

/** @throws NotTheAuthor */
function assertMayRewrite(caller: Caller, { author }: Comment): void {
  const isAuthor = caller.name !== null && caller.name === author;
  if (!isAuthor && !caller.may('admin')) throw new NotTheAuthor();
}

/** @throws PreconditionFailed */
function assertUnchanged(precondition: Precondition, comment: Comment): void {
  precondition.assertHolds('comment', {
    etag: versionTag(comment.version),
    version: comment.version,
    changedAt: comment.updatedAt,
    changedBy: comment.updatedBy,
  });
}
