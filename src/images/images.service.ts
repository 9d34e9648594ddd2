import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { AnnotationSetsService } from '../annotations/annotation-sets.service.js';
import type { Page, PageRequest } from '../database/page.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Fault } from '../errors/domain-error.js';
import type { CurrentState, Precondition } from '../errors/precondition.js';
import { LocationsService } from '../locations/locations.service.js';
import { FileStorage } from '../storage/file-storage.js';
import { UsersService } from '../users/users.service.js';
import {
  type AnnotatedRecord,
  type ImageDetails,
  type ImageFilter,
  type ImageSort,
  imageTag,
} from './image.js';
import { Image } from './image.entity.js';
import { ImageNotFound, ImageNotInTrash, UnknownReference } from './images.errors.js';
import { ImagesRepository } from './images.repository.js';

/** The use cases of image records; those of their pictures are `PicturesService`'s. */
@Injectable()
export class ImagesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ImagesRepository,
    private readonly annotations: AnnotationSetsService,
    private readonly users: UsersService,
    private readonly locations: LocationsService,
    private readonly storage: FileStorage,
    private readonly requests: RepeatableRequests,
  ) {}

  /** @throws ImageNotFound also for an image in the trash */
  async requireImage(key: string): Promise<Image> {
    const image = await this.repository.find(key);
    if (!image || image.trashedAt) throw new ImageNotFound(key);
    return image;
  }

  /** An image in use or in the trash. @throws ImageNotFound */
  async requireRecord(key: string): Promise<Image> {
    const image = await this.repository.find(key);
    if (!image) throw new ImageNotFound(key);
    return image;
  }

  /** @throws ImageNotFound also for an image in the trash */
  async requireAnnotated(key: string): Promise<AnnotatedRecord> {
    return this.annotated(await this.requireImage(key));
  }

  /** A page of images, each with all of its annotations unless they are left out. */
  async listImages(
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
    withAnnotations: boolean,
  ): Promise<Page<AnnotatedRecord>> {
    const found = await this.repository.search(filter, sort, page, withAnnotations);
    if (!withAnnotations) return { ...found, items: found.items.map((image) => ({ image })) };
    const sets = await this.annotations.listOf(found.items.map(({ id }) => id));
    const items = found.items.map((image) => ({ image, annotations: sets.get(image.id) ?? [] }));
    return { ...found, items };
  }

  /**
   * Changes the given details of an image.
   * @throws ImageNotFound | PreconditionFailed | UnknownReference
   */
  async changeDetails(
    key: string,
    precondition: Precondition,
    details: Partial<ImageDetails>,
  ): Promise<AnnotatedRecord> {
    const image = await this.dataSource.transaction(async (manager) => {
      const current = await this.lockInUse(manager, key);
      precondition.assertHolds('image', stateOf(current));
      await this.assertReferencesIn(manager, details);
      return this.changeIn(manager, current, details);
    });
    return this.annotated(image);
  }

  /** @throws ImageNotFound | PreconditionFailed */
  moveToTrash(key: string, precondition: Precondition): Promise<void> {
    return this.dataSource.transaction(async (manager) => {
      const image = await this.lockInUse(manager, key);
      precondition.assertHolds('image', stateOf(image));
      await this.changeIn(manager, image, { trashedAt: new Date() });
    });
  }

  /**
   * @param request that may be repeated: then the image comes as it is now
   * @throws ImageNotFound | ImageNotInTrash | IdempotencyKeyReused
   */
  async restore(key: string, request?: RepeatableRequest): Promise<AnnotatedRecord> {
    await this.dataSource.transaction(async (manager) => {
      const current = await this.repository.lock(manager, key);
      if (!current) throw new ImageNotFound(key);
      await this.requests.once(manager, request, async () => {
        if (!current.trashedAt) throw new ImageNotInTrash(key);
        await this.changeIn(manager, current, { trashedAt: null });
        return key;
      });
    });
    return this.requireAnnotated(key);
  }

  /**
   * Removes an image for good, from use or from the trash: its record, annotations and picture.
   * @throws ImageNotFound | PreconditionFailed
   */
  async purge(key: string, precondition: Precondition): Promise<void> {
    const image = await this.dataSource.transaction(async (manager) => {
      const current = await this.repository.lock(manager, key);
      if (!current) throw new ImageNotFound(key);
      precondition.assertHolds('image', stateOf(current));
      await manager.delete(Image, { id: current.id });
      return current;
    });
    // The row first: a file without a row is rubbish, a row without its file is a loss.
    if (image.fileStorageKey) await this.storage.remove(image.fileStorageKey);
  }

  /** The image with this key, locked until the transaction ends. @throws ImageNotFound */
  async lockInUse(manager: EntityManager, key: string): Promise<Image> {
    const image = await this.repository.lock(manager, key);
    if (!image || image.trashedAt) throw new ImageNotFound(key);
    return image;
  }

  /** Changes a locked image and raises its version. */
  async changeIn(manager: EntityManager, image: Image, change: Partial<Image>): Promise<Image> {
    const changed = { ...change, version: image.version + 1, updatedAt: new Date() };
    await manager.update(Image, { id: image.id }, changed);
    return Object.assign(image, changed);
  }

  /**
   * Makes sure that user and location exist until the transaction ends.
   * @param otherFaults of the same request, to be told together with those
   * @throws UnknownReference
   */
  async assertReferencesIn(
    manager: EntityManager,
    { userId, locationId }: Pick<Partial<ImageDetails>, 'userId' | 'locationId'>,
    otherFaults: () => readonly Fault[] = () => [],
  ): Promise<void> {
    const faults: Fault[] = [];
    if (typeof userId === 'string' && !(await this.users.holdIn(manager, userId)))
      faults.push({ pointer: '#/user_id', detail: `no user has the id "${userId}"` });
    if (typeof locationId === 'string' && !(await this.locations.holdIn(manager, locationId)))
      faults.push({ pointer: '#/location_id', detail: `no location has the id "${locationId}"` });
    if (faults.length > 0) throw new UnknownReference([...faults, ...otherFaults()]);
  }

  /** An image together with its annotations. */
  async annotated(image: Image): Promise<AnnotatedRecord> {
    const sets = await this.annotations.listOf([image.id]);
    return { image, annotations: sets.get(image.id) ?? [] };
  }
}

/** What a stale writer is told of an image. */
function stateOf(image: Image): CurrentState {
  return {
    etag: imageTag(image),
    version: image.version,
    changedAt: image.updatedAt,
    changedBy: null,
  };
}
