import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { ClientForbidden } from '../access/access.errors.js';
import { type AuditedAction, AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import { AnnotationSetsService, renamesIn } from '../annotations/annotation-sets.service.js';
import { changesNothing } from '../database/changes-nothing.js';
import type { Page, PageRequest } from '../database/page.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Fault } from '../errors/domain-error.js';
import type { CurrentState, Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import { LocationsService } from '../locations/locations.service.js';
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
import { PictureDirectory } from './picture-directory.js';
import { PictureStore } from './picture-store.js';
import { isDecided, type StatedReview } from './review-state.js';

// What higher features hand in and get back.
export type { AnnotatedRecord, ImageFilter, ImageSort } from './image.js';
export {
  REVIEW_STATES,
  type ReviewState,
  reviewStateOf,
  type StatedReview,
} from './review-state.js';

/** The use cases of image records; those of their pictures are `PicturesService`'s. */
@Injectable()
export class ImagesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ImagesRepository,
    private readonly annotations: AnnotationSetsService,
    private readonly users: UsersService,
    private readonly locations: LocationsService,
    private readonly pictures: PictureStore,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
    private readonly directory: PictureDirectory,
  ) {}

  /** @throws ImageNotFound also for an image in the trash */
  async requireImage(caller: Caller, key: string): Promise<Image> {
    const image = await this.repository.find(caller, key);
    if (!image || image.trashedAt) throw new ImageNotFound(key);
    return image;
  }

  /** An image in use or in the trash. @throws ImageNotFound */
  async requireRecord(caller: Caller, key: string): Promise<Image> {
    const image = await this.repository.find(caller, key);
    if (!image) throw new ImageNotFound(key);
    return image;
  }

  /** @throws ImageNotFound also for an image in the trash */
  async requireAnnotated(caller: Caller, key: string): Promise<AnnotatedRecord> {
    return this.annotated(await this.requireImage(caller, key));
  }

  /** A page of images without their annotations. */
  async listImages(
    caller: Caller,
    filter: ImageFilter,
    sort: ImageSort,
    page: PageRequest,
  ): Promise<Page<AnnotatedRecord>> {
    const found = await this.repository.search(caller, filter, sort, page, false);
    return { ...found, items: found.items.map((image) => ({ image })) };
  }

  /**
   * Changes the given details of an image; one that has them already stays as it is, with its version.
   * @throws ClientForbidden | ImageNotFound | PreconditionFailed | UnknownReference
   */
  async changeDetails(
    caller: Caller,
    key: string,
    precondition: Precondition,
    details: Partial<ImageDetails>,
  ): Promise<AnnotatedRecord> {
    if (details.clientId !== undefined) assertSees(caller, details.clientId);
    const image = await this.changing(key, async (manager) => {
      const current = await this.lockInUse(manager, caller, key);
      precondition.assertHolds('image', await this.stateIn(manager, current));
      if (changesNothing<Partial<ImageDetails>>(current, details)) return current;
      await this.assertReferencesIn(manager, details);
      const changed = await this.changeIn(manager, caller, current, details);
      await this.noteIn(manager, caller, 'image.changed', changed);
      return changed;
    });
    return this.annotated(image);
  }

  /** @throws ImageNotFound | PreconditionFailed */
  moveToTrash(caller: Caller, key: string, precondition: Precondition): Promise<void> {
    return this.changing(key, async (manager) => {
      const image = await this.lockInUse(manager, caller, key);
      precondition.assertHolds('image', await this.stateIn(manager, image));
      await this.changeIn(manager, caller, image, { trashedAt: new Date() });
      await this.noteIn(manager, caller, 'image.trashed', image);
    });
  }

  /**
   * @param request that may be repeated: then the image comes as it is now
   * @throws ImageNotFound | ImageNotInTrash | IdempotencyKeyReused
   */
  async restore(
    caller: Caller,
    key: string,
    request?: RepeatableRequest,
  ): Promise<AnnotatedRecord> {
    await this.dataSource.transaction(async (manager) => {
      const current = await this.repository.lock(manager, caller, key);
      if (!current) throw new ImageNotFound(key);
      await this.requests.once(manager, request, async () => {
        if (!current.trashedAt) throw new ImageNotInTrash(key);
        await this.changeIn(manager, caller, current, { trashedAt: null });
        await this.noteIn(manager, caller, 'image.restored', current);
        return key;
      });
    });
    return this.requireAnnotated(caller, key);
  }

  /**
   * Removes an image for good, from use or from the trash: its record, annotations and picture.
   * @throws ImageNotFound | PreconditionFailed
   */
  async purge(caller: Caller, key: string, precondition: Precondition): Promise<void> {
    const image = await this.changing(key, async (manager) => {
      const current = await this.repository.lock(manager, caller, key);
      if (!current) throw new ImageNotFound(key);
      precondition.assertHolds('image', await this.stateIn(manager, current));
      await manager.delete(Image, { id: current.id });
      await this.noteIn(manager, caller, 'image.purged', current);
      return current;
    });
    // The row first: a file without a row is rubbish, a row without its file is a loss.
    if (image.fileStorageKey) await this.pictures.remove({ storageKey: image.fileStorageKey });
  }

  /** The image with this key, locked until the transaction ends. @throws ImageNotFound */
  async lockInUse(manager: EntityManager, caller: Caller, key: string): Promise<Image> {
    const image = await this.repository.lock(manager, caller, key);
    if (!image || image.trashedAt) throw new ImageNotFound(key);
    return image;
  }

  /** Changes a locked image and raises its version. */
  async changeIn(
    manager: EntityManager,
    caller: Caller,
    image: Image,
    change: Partial<Image>,
  ): Promise<Image> {
    const version = image.version + 1;
    const changed = { ...change, version, updatedAt: new Date(), updatedBy: caller.name };
    await manager.update(Image, { id: image.id }, changed);
    return Object.assign(image, changed);
  }

  /**
   * Notes that a decision about a locked image does not hold for what it is about to be, if there is one.
   * @returns what else is to be changed of the image because of that
   */
  async takeDecisionBackIn(
    manager: EntityManager,
    caller: Caller,
    image: Image,
  ): Promise<Partial<Image>> {
    if (!isDecided(image)) return {};
    await this.repository.noteStepIn(manager, image, null, { by: caller.name, note: null });
    return { review: null };
  }

  /**
   * Takes a step in the review of a locked image.
   * @param review what is said of it from now on; null: nothing
   */
  async changeReviewIn(
    manager: EntityManager,
    caller: Caller,
    image: Image,
    review: StatedReview | null,
    note: string | null,
  ): Promise<Image> {
    const step = { by: caller.name, note };
    await this.repository.noteStepIn(manager, image, review, step);
    return this.changeIn(manager, caller, image, { review });
  }

  /**
   * Makes sure that user and location exist until the transaction ends.
   * @param otherFaults of the same request, to be told together with those
   * @throws UnknownReference
   */
  async assertReferencesIn(
    manager: EntityManager,
    { userId, locationId }: Pick<Partial<ImageDetails>, 'userId' | 'locationId'>,
    otherFaults: readonly Fault[] = [],
  ): Promise<void> {
    const faults: Fault[] = [];
    if (typeof userId === 'string' && !(await this.users.holdIn(manager, userId)))
      faults.push(unknownUser(userId));
    if (typeof locationId === 'string' && !(await this.locations.holdIn(manager, locationId)))
      faults.push(unknownLocation(locationId));
    if (faults.length > 0) throw new UnknownReference([...faults, ...otherFaults]);
  }

  /**
   * Writes into the audit log what is done to an image, in the transaction that does it.
   * @param below further segments of the path of what it is done to
   */
  noteIn(
    manager: EntityManager,
    caller: Caller,
    action: AuditedAction,
    image: { key: string; clientId: string },
    ...below: string[]
  ): Promise<void> {
    const subject = pathOf('images', image.key, ...below);
    return this.audit.recordIn(manager, caller, action, subject, image.clientId);
  }

  /** Writes into the audit log that images were made. */
  noteAllMadeIn(
    manager: EntityManager,
    caller: Caller,
    images: readonly { key: string; clientId: string }[],
  ): Promise<void> {
    const targets = images.map(({ key, clientId }) => ({
      subject: pathOf('images', key),
      clientId,
    }));
    return this.audit.recordAllIn(manager, caller, 'image.created', targets);
  }

  /**
   * Those of the users and locations that images name which exist until the transaction ends.
   * @returns for each image what is wrong with what it names
   */
  async unknownReferencesIn(
    manager: EntityManager,
    details: readonly Pick<ImageDetails, 'userId' | 'locationId'>[],
  ): Promise<Fault[][]> {
    const [userIds, locationIds] = [
      details.flatMap(({ userId }) => userId ?? []),
      details.flatMap(({ locationId }) => locationId ?? []),
    ];
    const users = await this.users.holdAllIn(manager, [...new Set(userIds)]);
    const locations = await this.locations.holdAllIn(manager, [...new Set(locationIds)]);
    return details.map(({ userId, locationId }) => [
      ...(userId === null || users.has(userId) ? [] : [unknownUser(userId)]),
      ...(locationId === null || locations.has(locationId) ? [] : [unknownLocation(locationId)]),
    ]);
  }

  /** The strong entity tag of an image that is shown with its annotations. */
  tagOf({ image, annotations = [] }: AnnotatedRecord, variant?: string): string {
    return imageTag(image, renamesIn(annotations), variant);
  }

  /** What a stale writer is told of an image; the entity tag is that of an image with its annotations. */
  async stateIn(manager: EntityManager, image: Image): Promise<CurrentState> {
    return {
      etag: imageTag(image, await this.annotations.renamesOf(manager, image.id)),
      version: image.version,
      changedAt: image.updatedAt,
      changedBy: image.updatedBy,
    };
  }

  /** A transaction on an image after which its picture is not what is remembered of it. */
  private changing<T>(key: string, work: (manager: EntityManager) => Promise<T>): Promise<T> {
    return this.directory.forgettingAfter(key, this.dataSource.transaction(work));
  }

  /** An image together with its annotations. */
  async annotated(image: Image): Promise<AnnotatedRecord> {
    const sets = await this.annotations.listOf([image.id]);
    return { image, annotations: sets.get(image.id) ?? [] };
  }
}

/** @throws ClientForbidden */
export function assertSees(caller: Caller, clientId: string): void {
  if (!caller.sees(clientId)) throw new ClientForbidden();
}

function unknownUser(id: string): Fault {
  return { pointer: '#/user_id', detail: `no user has the id "${id}"` };
}

function unknownLocation(id: string): Fault {
  return { pointer: '#/location_id', detail: `no location has the id "${id}"` };
}
