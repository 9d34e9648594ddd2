import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { v7 as uuidv7 } from 'uuid';
import type { Caller } from '../access/caller.js';
import { AnnotationSetsService } from '../annotations/annotation-sets.service.js';
import { Environment } from '../config/environment.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import type { ReceivedFile } from '../storage/upload-spool.js';
import { instantOf } from './capture-time.js';
import { creationDigest } from './creation-digest.js';
import type { AnnotatedRecord, ImageDraft } from './image.js';
import type { Image } from './image.entity.js';
import { pictureColumns, type StoredPicture } from './stored-picture.js';
import type { InspectedPicture } from './image-file.service.js';
import { ImageExists, ImageInTrash, ImageNotFound } from './images.errors.js';
import { ImagesRepository, type NewImage } from './images.repository.js';
import { assertSees, ImagesService } from './images.service.js';
import { PictureStore } from './picture-store.js';
import { RenditionsService } from './renditions.service.js';

/** What became of a request to make an image. */
export interface Creation {
  record: AnnotatedRecord;
  /** False for a repeated request: the image was there already, and is shown as it is now. */
  isNew: boolean;
}

/** Makes images: all of it is stored, or nothing. */
@Injectable()
export class ImageCreationService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly repository: ImagesRepository,
    private readonly images: ImagesService,
    private readonly annotations: AnnotationSetsService,
    private readonly pictures: PictureStore,
    private readonly renditions: RenditionsService,
    private readonly requests: RepeatableRequests,
    private readonly environment: Environment,
  ) {}

  /**
   * Stores a record with its annotations and, if there is one, its picture. A request equal to the one
   * that made the image of this key is a retry, and answered with the image.
   * @param upload remains the caller's, to discard in the end
   * @param idempotencyKey makes a request retryable that leaves the image key to the server
   * @throws ClientForbidden | ImageExists | ImageInTrash | UnknownReference | ImpossibleGeometry | InvalidRequest |
   *   IdempotencyKeyReused, and what `PictureStore.inspect` and `publish` throw
   */
  async create(
    caller: Caller,
    draft: ImageDraft,
    upload?: ReceivedFile,
    idempotencyKey?: string,
  ): Promise<Creation> {
    assertSees(caller, draft.clientId);
    const digest = creationDigest(draft, upload?.sha256 ?? null);
    const request = requestOf(caller, idempotencyKey, digest);
    const known = (request && (await this.requests.find(request))) ?? draft.key;
    const existing = known === undefined ? undefined : await this.findEqual(caller, known, digest);
    if (existing) return { record: await this.images.annotated(existing), isNew: false };

    const inspected = upload && (await this.pictures.inspect(upload));
    const picture = inspected?.picture ?? null;
    const image = newImage(caller, this.completed(draft, inspected?.capture), picture, digest);
    if (picture && upload) await this.pictures.publish(picture, upload);

    const { key, isNew } = await this.insert(caller, image, draft, picture, request);
    if (picture && isNew) this.renditions.pictureStored(picture);
    const stored = await this.findEqual(caller, key, digest);
    // Purged again since; or the key is another client's, of whom the caller learns no more than that.
    if (!stored) throw isNew ? new ImageNotFound(key) : new ImageExists(key);
    return { record: await this.images.annotated(stored), isNew };
  }

  /**
   * The image of this key, if an equal request made it.
   * @throws ClientForbidden | ImageExists | ImageInTrash when the key belongs to something else
   */
  private async findEqual(caller: Caller, key: string, digest: string): Promise<Image | undefined> {
    const image = await this.repository.find(caller, key);
    if (!image) return undefined;
    if (image.trashedAt) throw new ImageInTrash(key);
    if (image.creationDigest !== digest) throw new ImageExists(key);
    return image;
  }

  /** The draft with what the file itself tells. @throws InvalidRequest when nothing tells the capture time */
  private completed(draft: ImageDraft, capture: InspectedPicture['capture'] = {}) {
    const { takenAt, camera } = capture;
    const capturedAt =
      draft.capturedAt ?? (takenAt && instantOf(takenAt, this.environment.exifTimeZone));
    const hardwareId = draft.hardwareId === undefined ? (camera ?? null) : draft.hardwareId;
    if (capturedAt) return { ...draft, capturedAt, hardwareId };
    const detail = takenAt
      ? 'is required: the EXIF time of the file has no offset, and EXIF_TIME_ZONE is not set'
      : 'is required: the file does not tell when it was taken';
    throw new InvalidRequest([{ pointer: '#/created_at', detail }]);
  }

  /**
   * Inserts everything, or nothing if the key was taken or the request repeated meanwhile. The picture is
   * kept only with its row.
   * @returns the key of the image that is there now
   */
  private async insert(
    caller: Caller,
    image: NewImage,
    draft: ImageDraft,
    picture: StoredPicture | null,
    request: RepeatableRequest | undefined,
  ): Promise<{ key: string; isNew: boolean }> {
    try {
      const geometry = await this.annotations.faultsOf(draft.annotations, picture ?? undefined);
      const [labels = []] = await this.annotations.unknownLabels([draft.annotations]);
      const faults = [...geometry, ...labels];
      const { subject, isNew } = await this.dataSource.transaction(async (manager) => {
        let isNew = false;
        const { subject } = await this.requests.once(manager, request, async () => {
          await this.images.assertReferencesIn(manager, draft, faults);
          const id = await this.repository.insert(manager, image);
          if (id === undefined) return image.key;
          const impossible = geometry.length > 0 ? faults : [];
          await this.annotations.createSetIn(manager, caller, id, draft.annotations, impossible);
          await this.images.noteIn(manager, caller, 'image.created', image);
          isNew = true;
          return image.key;
        });
        return { subject, isNew };
      });
      if (!isNew && picture) await this.pictures.remove(picture);
      return { key: subject, isNew };
    } catch (error) {
      if (picture) await this.pictures.removeAfter(error, picture);
      throw error;
    }
  }
}

/** The row of a record that was never there. */
export function newImage(
  caller: Caller,
  draft: ImageDraft & { capturedAt: Date; hardwareId: string | null },
  picture: StoredPicture | null,
  creationDigest: string,
): NewImage {
  const now = new Date();
  return {
    key: draft.key ?? uuidv7(),
    clientId: draft.clientId,
    capturedAt: draft.capturedAt,
    hardwareId: draft.hardwareId,
    mlTag: draft.mlTag,
    locationId: draft.locationId,
    userId: draft.userId,
    receivedAt: now,
    updatedAt: now,
    createdBy: caller.name,
    updatedBy: caller.name,
    version: 1,
    trashedAt: null,
    review: null,
    creationDigest,
    annotationSetVersion: 0,
    highestAnnotationIndex: -1,
    annotationCount: 0,
    annotationBytes: 0,
    ...pictureColumns(picture),
  };
}

function requestOf(caller: Caller, key: string | undefined, digest: string) {
  return key === undefined ? undefined : { caller: caller.name ?? '', key, digest };
}
