import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { countOf } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import type { CommentFilter } from './comment.js';
import { Comment } from './comment.entity.js';

type Comments = SelectQueryBuilder<Comment>;

/** The queries on comments, each on those of one image that the caller was found to see. */
@Injectable()
export class CommentsRepository {
  constructor(private readonly dataSource: DataSource) {}

  find(
    imageId: string,
    id: string,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Comment | null> {
    return manager.findOneBy(Comment, { imageId, id });
  }

  async insert(manager: EntityManager, comment: Omit<Comment, 'image'>): Promise<void> {
    await manager.insert(Comment, comment);
  }

  async update(manager: EntityManager, comment: Comment, change: Partial<Comment>): Promise<void> {
    await manager.update(Comment, { id: comment.id }, change);
    Object.assign(comment, change);
  }

  async remove(manager: EntityManager, comment: Comment): Promise<void> {
    await manager.delete(Comment, { id: comment.id });
  }

  /** Whether an image has an annotation of this index now. */
  async hasAnnotation(manager: EntityManager, imageId: string, index: number): Promise<boolean> {
    const rows = await manager.query<unknown[]>(
      'SELECT FROM annotations WHERE image_id = $1 AND index = $2 AND deleted_at IS NULL',
      [imageId, index],
    );
    return rows.length > 0;
  }

  /** A page of the comments on an image, oldest first. */
  async list(imageId: string, filter: CommentFilter, page: PageRequest): Promise<Page<Comment>> {
    const comments = this.matching(imageId, filter);
    const [after] = page.after ?? [];
    if (after !== undefined) comments.andWhere('comment.id > :after::uuid', { after });
    const found = await comments
      .orderBy('comment.id', 'ASC')
      .limit(page.limit + 1)
      .getMany();
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: [last.id] } : {}),
      ...(page.count
        ? { total: await countOf(this.matching(imageId, filter), page.count, 'comment.id') }
        : {}),
    };
  }

  private matching(imageId: string, { resolved, annotationIndexes }: CommentFilter): Comments {
    const comments = this.dataSource.manager
      .createQueryBuilder(Comment, 'comment')
      .where('comment.imageId = :imageId', { imageId });
    if (resolved !== undefined)
      comments.andWhere(`comment.resolvedAt IS ${resolved ? 'NOT NULL' : 'NULL'}`);
    if (annotationIndexes)
      comments.andWhere('comment.annotationIndex = ANY(:annotationIndexes)', { annotationIndexes });
    return comments;
  }
}
