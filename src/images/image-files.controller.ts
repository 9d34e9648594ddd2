import { Controller, Delete, Get, HttpCode, Param, Put, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { FileAddresses } from '../access/file-addresses.service.js';
import type { Request, Response } from 'express';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { TakesStream } from '../http/json-body.interceptor.js';
import { Answers, AnswersFile, Creates, Refuses, Removes, TakesFile } from '../http/openapi.js';
import { Reply } from '../http/reply.js';
import { cacheControlOf } from '../http/representation/cache-control.js';
import { partyOf } from '../http/party.js';
import { downloadName } from '../http/representation/download-name.js';
import { sendRepresentation } from '../http/representation/send-representation.js';
import { ServerTiming } from '../http/representation/server-timing.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { UploadReader } from '../http/upload.reader.js';
import { ImageKeyPipe } from '../http/validation/path-parameters.js';
import { type Affine, transformText } from '../renditions/affine.js';
import { PictureVersionNotFound } from '../renditions/rendition.errors.js';
import { ImageFileQuery } from './dto/image-file.query.js';
import { ImageResponse } from './dto/image.response.js';
import { HotFiles } from './hot-files.js';
import { originalTag } from './stored-picture.js';
import { PictureFileLost } from './images.errors.js';
import { ImagesService } from './images.service.js';
import { PicturesService } from './pictures.service.js';
import { type RenditionOrder, RenditionsService } from './renditions.service.js';

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

// The original bytes, which viewers turn upright by themselves.
const UNMOVED: Affine = [1, 0, 0, 1, 0, 0];

@ApiTags('images')
@Controller('images/:image_key/file')
export class ImageFilesController {
  constructor(
    private readonly pictures: PicturesService,
    private readonly renditions: RenditionsService,
    private readonly uploads: UploadReader,
    private readonly addresses: FileAddresses,
    private readonly hotFiles: HotFiles,
  ) {}

  /**
   * Read the picture
   * @remarks With none of the parameters of renditions: the original bytes exactly. With any of them: upright, in
   * sRGB, without metadata. The parts of a picture are cut, sized, turned and encoded in this order: `region`,
   * `rotate`, then `scale` or `width` and `height` with `fit`. Requests that mean the same rendition have the same
   * entity tag. `X-Image-Transform` says where a point of the upright picture lies in the rendition. Renditions of an
   * animation show its first frame.
   */
  @Requires('viewer', { signedAddress: 'image-file' })
  @Get()
  @ActsOn(PicturesService, 'picture-not-found', (pictures, { image_key }, request) =>
    pictures.requirePicture(callerOf(request), image_key ?? ''),
  )
  @AnswersFile(PICTURE_TYPES, 'The picture.')
  @Refuses('image-not-found', 'annotation-not-found', 'picture-version-not-found')
  @Refuses('scale-too-large', 'rendition-too-large', 'rendition-too-heavy')
  @Refuses('overloaded', 'storage-unavailable')
  async getFile(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Query() query: ImageFileQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const send = () => this.send(caller, key, query, request, response);
    try {
      await send();
    } catch (error) {
      // Another picture took its place after the record was read: the record names the new one now.
      if (!(error instanceof PictureFileLost) || response.headersSent) throw error;
      await this.pictures.requirePictureAnew(caller, key);
      await send();
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
    @Preconditions() precondition: Precondition,
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
      return reply.tagged(originalTag(picture));
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
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.pictures.detach(caller, key, precondition);
  }

  private async send(
    caller: Caller,
    key: string,
    query: ImageFileQuery,
    request: Request,
    response: Response,
  ): Promise<void> {
    const timings = new ServerTiming();
    const picture = await timings.measure('lookup', this.pictures.requirePicture(caller, key));
    if (query.v !== undefined && !picture.sha256.startsWith(query.v))
      throw new PictureVersionNotFound(key);
    const wanted = query.toRequest();
    const order =
      wanted && (await this.renditions.plan(caller, key, picture, wanted, request.accepts()));
    const representation = order
      ? this.renditions.rendition(picture, { ...order, party: partyOf(request) }, timings)
      : this.renditions.original(picture);
    response.setHeader('Content-Security-Policy', INERT);
    response.setHeader('Cross-Origin-Resource-Policy', 'cross-origin');
    if (query.format === 'auto') response.vary('Accept');
    await sendRepresentation(request, response, representation, {
      cacheControl: cacheControlOf(isForever(query, order), this.addresses.areSigned),
      headers: { 'X-Image-Transform': transformText(order?.transform ?? UNMOVED) },
      ...(query.download && { download: downloadName(key, representation.mediaType) }),
      timings,
    });
    if (!order?.isAboutAnnotations)
      this.hotFiles.learn(request, response, { key, picture, representation });
  }
}

/** An address with the picture's version is good for a year, unless annotations play a part: those change. */
function isForever({ v }: ImageFileQuery, order: RenditionOrder | undefined): boolean {
  return v !== undefined && !order?.isAboutAnnotations;
}

function ActsOnImage() {
  return ActsOn(ImagesService, 'image-not-found', (images, { image_key }, request) =>
    images.requireImage(callerOf(request), image_key ?? ''),
  );
}
