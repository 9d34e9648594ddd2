import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ReviewTransition } from '../images/review-transition.entity.js';

/** The queries on the steps of reviews. */
@Injectable()
export class ReviewRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The latest steps of an image, newest first. */
  latestOf(imageId: string, limit: number, manager: EntityManager = this.dataSource.manager) {
    return manager.find(ReviewTransition, {
      where: { imageId },
      order: { id: 'DESC' },
      take: limit,
    });
  }

  /** Who submitted an image last; null if nobody did, or nobody was asked for a name. */
  async submitterOf(manager: EntityManager, imageId: string): Promise<string | null> {
    const [row] = await manager.query<{ by: string | null }[]>(
      `SELECT by FROM review_transitions
        WHERE image_id = $1 AND to_state = 'in_review' AND from_state <> 'accepted'
        ORDER BY id DESC LIMIT 1`,
      [imageId],
    );
    return row?.by ?? null;
  }
}
