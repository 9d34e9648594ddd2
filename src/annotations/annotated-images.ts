import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import type { AnnotatedImage } from './annotation.js';
import { AnnotatedImageNotFound } from './annotations.errors.js';
import { AnnotationsRepository } from './annotations.repository.js';

/** The little that annotations need to know of their image, which belongs to a higher feature. */
@Injectable()
export class AnnotatedImages {
  constructor(private readonly repository: AnnotationsRepository) {}

  /** @throws AnnotatedImageNotFound */
  async require(caller: Caller, imageKey: string): Promise<AnnotatedImage> {
    const image = await this.repository.findImage(caller, imageKey);
    if (!image) throw new AnnotatedImageNotFound(imageKey);
    return image;
  }

  /**
   * The same, locked: until the transaction ends nobody else changes its annotations.
   * @throws AnnotatedImageNotFound
   */
  async lockIn(manager: EntityManager, caller: Caller, imageKey: string): Promise<AnnotatedImage> {
    const image = await this.repository.lockImage(manager, caller, imageKey);
    if (!image) throw new AnnotatedImageNotFound(imageKey);
    return image;
  }
}
