import {
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
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { FileAddresses } from '../access/file-addresses.service.js';
import type { Request } from 'express';
import type { JsonText } from '../database/json-text.js';
import type { Page } from '../database/page.js';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { idempotencyKeyOf, Repeatable } from '../http/idempotency.js';
import { TakesStream } from '../http/json-body.interceptor.js';
import {
  Answers,
  AnswersPage,
  AnswersRetry,
  Creates,
  Refuses,
  Removes,
  TakesJsonOrForm,
} from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { ImageKeyPipe } from '../http/validation/path-parameters.js';
import { CreateImageRequest } from './dto/create-image.request.js';
import { CreatePhotographRequest } from './dto/create-photograph.request.js';
import { DeleteImageQuery } from './dto/delete-image.query.js';
import { ImageFieldsQuery } from './dto/image-fields.query.js';
import { ImageResponse, writtenImage } from './dto/image.response.js';
import type { ImageSelection } from './dto/image-selection.js';
import { ListImagesQuery } from './dto/list-images.query.js';
import { PurgedImageResponse } from './dto/purged-image.response.js';
import { PatchImageRequest } from './dto/patch-image.request.js';
import { SparseImageResponse } from './dto/sparse-image.response.js';
import type { AnnotatedRecord } from './image.js';
import { ImageCreationService } from './image-creation.service.js';
import { ImageListsService, type ListedImage } from './image-lists.service.js';
import { ImageUploadReader } from './image-upload.reader.js';
import { ImagesService } from './images.service.js';

@ApiTags('images')
@Controller('images')
export class ImagesController {
  constructor(
    private readonly images: ImagesService,
    private readonly lists: ImageListsService,
    private readonly creation: ImageCreationService,
    private readonly uploads: ImageUploadReader,
    private readonly addresses: FileAddresses,
  ) {}

  /**
   * List images
   * @remarks Newest capture first, each with its annotations. Different filters are ANDed; a repeated one
   * means "any of". With `Accept: application/x-ndjson` all of them come as a stream, one JSON object a line, without
   * pages and as fast as the client reads; `limit` ends it earlier. A stream that breaks off was not complete. With
   * `include_deleted` and `sort=updated_at`, images that were purged are told by their keys (`purged_at`).
   */
  @Requires('viewer')
  @Get()
  @AnswersPage(ImageResponse, SparseImageResponse, PurgedImageResponse)
  async listImages(
    @CurrentCaller() caller: Caller,
    @Query() query: ListImagesQuery,
    @Req() request: Request,
  ): Promise<Reply<(SparseImageResponse | PurgedImageResponse)[] | JsonText | StreamableFile>> {
    const { sort, annotationForm } = query;
    const selection = query.toSelection();
    const filter = query.toFilter();
    return replyList<Page<ListedImage>, SparseImageResponse | PurgedImageResponse | JsonText>(
      request,
      {
        sort,
        page: query.toPage(),
        read: (part) => this.lists.list(caller, filter, sort, part, annotationForm),
        present: (item) => this.presentListed(item, selection),
      },
    );
  }

  /**
   * Create an image
   * @remarks As JSON: the record alone, whose file may follow. As a form: the same JSON in the part `metadata`
   * and the photograph in the part `file`. All of it is stored, or nothing. A repeated request is
   * answered 200 with the image as it is now.
   */
  @Requires('capturer')
  @Post()
  @TakesStream()
  @TakesJsonOrForm(
    CreateImageRequest,
    CreatePhotographRequest,
    'The record, or a form of the record and the photograph, in either order.',
  )
  @Creates(ImageResponse)
  @AnswersRetry(ImageResponse, 'An equal request made the image before: as it is now.')
  @Refuses(
    'client-forbidden',
    'image-exists',
    'image-in-trash',
    'unknown-reference',
    'impossible-geometry',
    'unknown-instrument',
    'no-next-index',
  )
  @Refuses('unsupported-picture', 'undecodable-picture', 'too-many-pixels', 'file-too-large')
  @Refuses(
    'overloaded',
    'storage-full',
    'storage-unavailable',
    'content-digest-mismatch',
    'idempotency-key-reused',
  )
  async createImage(
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<Reply<ImageResponse>> {
    const idempotencyKey = idempotencyKeyOf(request);
    const { draft, file } = await this.uploads.read(request);
    try {
      const { record, isNew } = await this.creation.create(caller, draft, file, idempotencyKey);
      return this.reply(
        Reply.made(this.present(record), isNew, 'images', record.image.key),
        record,
      );
    } finally {
      await file?.discard();
    }
  }

  /**
   * Read an image
   * @remarks The record with its annotations; `file.url` is the address of its picture.
   */
  @Requires('viewer')
  @Get(':image_key')
  @ActsOnImage()
  @Answers([ImageResponse, SparseImageResponse])
  async getImage(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Query() query: ImageFieldsQuery,
  ): Promise<Reply<SparseImageResponse>> {
    const selection = query.toSelection();
    const record =
      selection?.hasAnnotations === false
        ? { image: await this.images.requireImage(caller, key) }
        : await this.images.requireAnnotated(caller, key);
    return this.reply(Reply.of(this.select(record, selection)), record, selection?.variant);
  }

  /**
   * Change an image
   * @remarks A JSON merge patch (RFC 7396) of its details: what is left out stays as it is, null clears. A patch
   * that changes nothing leaves the version and the ETag.
   */
  @Requires('admin')
  @Patch(':image_key')
  @ActsOnImage()
  @Answers(ImageResponse)
  @Refuses('client-forbidden', 'image-changed', 'unknown-reference')
  async patchImage(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Preconditions() precondition: Precondition,
    @Body() body: PatchImageRequest,
  ): Promise<Reply<ImageResponse>> {
    const record = await this.images.changeDetails(caller, key, precondition, body.toDetails());
    return this.reply(Reply.of(this.present(record)), record);
  }

  /**
   * Delete an image
   * @remarks It moves to the trash, from where it can be restored; `purge=true` removes it for good.
   */
  @Requires('admin')
  @Delete(':image_key')
  @HttpCode(204)
  @ActsOnImage()
  @Removes('The image is in the trash, or gone.')
  @Refuses('image-changed')
  async deleteImage(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Query() query: DeleteImageQuery,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    if (query.purge) await this.images.purge(caller, key, precondition);
    else await this.images.moveToTrash(caller, key, precondition);
  }

  /**
   * Restore an image
   * @remarks Takes it out of the trash, as it was.
   */
  @Requires('admin')
  @Post(':image_key/restore')
  @HttpCode(200)
  @ActsOn(ImagesService, 'image-not-found', (images, { image_key }, request) =>
    images.requireRecord(callerOf(request), image_key ?? ''),
  )
  @Answers(ImageResponse)
  @Refuses('image-not-in-trash', 'idempotency-key-reused')
  async restoreImage(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<ImageResponse>> {
    const record = await this.images.restore(caller, key, request);
    return this.reply(Reply.of(this.present(record)), record);
  }

  private presentListed(item: ListedImage, selection?: ImageSelection) {
    if ('purged' in item) return PurgedImageResponse.from(item.purged);
    if ('written' in item) return writtenImage(item, this.addresses.addressOf(item.image));
    return this.select(item, selection);
  }

  private present(record: AnnotatedRecord): ImageResponse {
    return ImageResponse.from(record, this.addresses.addressOf(record.image));
  }

  private select(record: AnnotatedRecord, selection?: ImageSelection): SparseImageResponse {
    const response = this.present(record);
    return selection ? selection.from(response) : response;
  }

  private reply<T>(reply: Reply<T>, record: AnnotatedRecord, variant?: string): Reply<T> {
    const { image } = record;
    const tagged = reply.tagged(this.images.tagOf(record, variant));
    // A client that kept its copy would keep a signature that expires.
    return image.fileStorageKey !== null && this.addresses.areSigned
      ? tagged.alwaysWhole()
      : tagged;
  }
}

function ActsOnImage() {
  return ActsOn(ImagesService, 'image-not-found', (images, { image_key }, request) =>
    images.requireImage(callerOf(request), image_key ?? ''),
  );
}
