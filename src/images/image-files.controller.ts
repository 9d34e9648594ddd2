import { Controller, Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { FileAddresses } from '../access/file-addresses.service.js';
import type { Request, Response } from 'express';
import { pipeline } from 'node:stream/promises';
import type { Precondition } from '../errors/precondition.js';
import { IfMatch, isUnchanged } from '../http/conditional-requests.js';
import { TakesStream } from '../http/json-body.interceptor.js';
import { Answers, AnswersFile, Creates, Refuses, Removes, TakesFile } from '../http/openapi.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { UploadReader } from '../http/upload.reader.js';
import { ImageKeyPipe } from '../http/validation/path-parameters.js';
import { ImageFileQuery } from './dto/image-file.query.js';
import { ImageResponse } from './dto/image.response.js';
import type { StoredPicture } from './stored-picture.js';
import { PictureFileLost } from './images.errors.js';
import { ImagesService } from './images.service.js';
import { isOriginal, PicturesService } from './pictures.service.js';

const PICTURE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/tiff',
  'image/gif',
  'image/avif',
];
// A picture is data: whatever else its bytes may be (a polyglot), no browser is to run it.
const INERT = "default-src 'none'; sandbox";

@ApiTags('images')
@Controller('images/:image_key/file')
export class ImageFilesController {
  constructor(
    private readonly pictures: PicturesService,
    private readonly uploads: UploadReader,
    private readonly addresses: FileAddresses,
  ) {}

  /**
   * Read the picture
   * @remarks With neither parameter: the original bytes exactly. With `scale` or `quality`: upright, in its own
   * format, without metadata.
   */
  @Requires('viewer', { signedAddress: true })
  @Get()
  @ActsOn(PicturesService, 'picture-not-found', (pictures, { image_key }, request) =>
    pictures.requirePicture(callerOf(request), image_key ?? ''),
  )
  @AnswersFile(PICTURE_TYPES, 'The picture.')
  @Refuses('image-not-found', 'scale-too-large', 'overloaded', 'storage-unavailable')
  async getFile(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Query() query: ImageFileQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    try {
      await this.send(await this.pictures.requirePicture(caller, key), query, request, response);
    } catch (error) {
      // Another picture took its place after the record was read: the record names the new one now.
      if (!(error instanceof PictureFileLost) || response.headersSent) throw error;
      await this.send(await this.pictures.requirePicture(caller, key), query, request, response);
    }
  }

  /**
   * Attach or replace the picture
   * @remarks The body is the file itself. Annotations that are there already must lie inside the picture.
   */
  @Requires('capturer')
  @Put()
  @TakesStream()
  @ActsOnImage()
  @TakesFile(
    [...PICTURE_TYPES, 'application/octet-stream'],
    'The file itself; its bytes tell its type.',
  )
  @Answers(ImageResponse, 'Another picture was replaced. The ETag is that of the picture.')
  @Creates(ImageResponse, 'The image has its first picture. The ETag is that of the picture.')
  @Refuses(
    'picture-changed',
    'annotations-outside-picture',
    'incomplete-body',
    'content-digest-mismatch',
  )
  @Refuses(
    'unsupported-media-type',
    'unsupported-picture',
    'undecodable-picture',
    'too-many-pixels',
    'file-too-large',
  )
  @Refuses('overloaded', 'storage-full', 'storage-unavailable')
  async putFile(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @IfMatch() precondition: Precondition,
    @Req() request: Request,
  ): Promise<Reply<ImageResponse>> {
    await this.pictures.assertMayAttach(caller, key, precondition);
    const upload = await this.uploads.readFile(request);
    try {
      const { record, picture, isFirst } = await this.pictures.attach(
        caller,
        key,
        precondition,
        upload,
      );
      const body = ImageResponse.from(record, this.addresses.addressOf(record.image));
      const reply = isFirst ? Reply.made(body, true, 'images', key, 'file') : Reply.of(body);
      return reply.tagged(this.pictures.tagOf(picture, {}));
    } finally {
      await upload.discard();
    }
  }

  /**
   * Remove the picture
   * @remarks The record and its annotations stay.
   */
  @Requires('admin')
  @Delete()
  @HttpCode(204)
  @ActsOnImage()
  @Removes('The image has no picture any more.')
  @Refuses('picture-not-found', 'picture-changed')
  async deleteFile(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @IfMatch() precondition: Precondition,
  ): Promise<void> {
    await this.pictures.detach(caller, key, precondition);
  }

  private async send(
    picture: StoredPicture,
    query: ImageFileQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const etag = this.pictures.tagOf(picture, query);
    response.setHeader('ETag', etag);
    response.setHeader('Cache-Control', 'private, no-cache');
    response.setHeader('Content-Security-Policy', INERT);
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (isUnchanged(request, etag)) {
      response.status(304).end();
      return;
    }
    response.setHeader('Content-Type', picture.mediaType);
    if (isOriginal(query)) await this.sendOriginal(picture, request, response);
    else await this.sendRendition(picture, query, request, response);
  }

  private async sendOriginal(picture: StoredPicture, request: Request, response: Response) {
    response.setHeader('Content-Length', picture.bytes);
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const { stream } = await this.pictures.openOriginal(picture);
    await pipeline(stream, response);
  }

  private async sendRendition(
    picture: StoredPicture,
    query: ImageFileQuery,
    request: Request,
    response: Response,
  ) {
    if (request.method === 'HEAD') {
      response.end();
      return;
    }
    const left = new AbortController();
    response.once('close', () => left.abort());
    const { data } = await this.pictures.render(picture, query, left.signal);
    response.setHeader('Content-Length', data.length);
    response.end(data);
  }
}

function ActsOnImage() {
  return ActsOn(ImagesService, 'image-not-found', (images, { image_key }, request) =>
    images.requireImage(callerOf(request), image_key ?? ''),
  );
}
