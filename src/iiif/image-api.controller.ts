import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { FileAddresses } from '../access/file-addresses.service.js';
import { AnswersFile, Refuses } from '../http/openapi.js';
import { partyOf } from '../http/party.js';
import { cacheControlOf } from '../http/representation/cache-control.js';
import { sendRepresentation } from '../http/representation/send-representation.js';
import { ServerTiming } from '../http/representation/server-timing.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { ImageKeyPipe } from '../http/validation/path-parameters.js';
import { transformText } from '../renditions/affine.js';
import { Addressing } from './addressing.js';
import { ImageInformationResponse } from './dto/image-information.response.js';
import type { ImageParameters } from './image-api/image-request.js';
import { ImageApiService } from './image-api.service.js';
import { AnswersJsonLd, IMAGE_CONTEXT, sendJsonLd } from './json-ld.js';

const PROFILE = 'http://iiif.io/api/image/3/level2.json';
const PICTURE_TYPES = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/tiff',
  'image/gif',
  'image/avif',
];
const INERT = "default-src 'none'; sandbox";
const LINK = {
  description: 'The compliance level, and the canonical address of the same picture.',
  schema: {
    type: 'string',
    pattern: '^<[^>]+>;rel="profile", <[^>]+>;rel="canonical"$',
    examples: [
      `<${PROFILE}>;rel="profile", <https://loupe.example.org/iiif/3/tray-7%2Ffront/full/320,240/0/default.jpg>;rel="canonical"`,
    ],
  },
} as const;

@ApiTags('iiif')
@Controller('iiif/3/:image_key')
export class ImageApiController {
  constructor(
    private readonly service: ImageApiService,
    private readonly addressing: Addressing,
    private readonly files: FileAddresses,
  ) {}

  /**
   * Find the image information
   * @remarks The base URI of an image leads to its `info.json`.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get()
  @ActsOnPicture()
  @ApiResponse({
    status: 303,
    description: 'Where the image information is.',
    headers: { Location: { $ref: '#/components/headers/Location' } },
  })
  @Refuses('image-not-found')
  async redirectToInformation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    await this.service.requirePicture(caller, key);
    const { information } = this.addressing.asRequested(request, key);
    response.status(303).setHeader('Location', information).end();
  }

  /**
   * Read the image information
   * @remarks IIIF Image API 3.0, level 2 and beyond: size, limits, tiles and features, for viewers that zoom. With
   * AUTH=on the `id` is signed, so that a viewer loads tiles without a header; it opens nothing else than the IIIF
   * resources of this image.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get('info.json')
  @ActsOnPicture()
  @AnswersJsonLd(ImageInformationResponse, 'What can be asked of the picture.')
  @Refuses('image-not-found')
  async getInformation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { image, picture } = await this.service.requireImage(caller, key);
    const { imageService } = this.addressing.of(request, image);
    const body = ImageInformationResponse.from(imageService, picture, this.service.limits);
    this.service.viewerOpened(picture);
    sendJsonLd(request, response, IMAGE_CONTEXT, body);
  }

  /**
   * Read a part of the picture
   * @remarks IIIF Image API 3.0: the region is cut out, brought to the size, turned, and encoded. The picture is
   * upright, in sRGB and without metadata. `X-Image-Transform` says where a point of the upright picture lies in it.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get(':region/:size/:rotation/:quality.:format')
  @ActsOnPicture()
  @AnswersFile(PICTURE_TYPES, 'The picture.', { Link: LINK })
  @Refuses('image-not-found', 'rendition-too-large', 'overloaded', 'storage-unavailable')
  async getPicture(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Param('region') region: string,
    @Param('size') size: string,
    @Param('rotation') rotation: string,
    @Param('quality') quality: string,
    @Param('format') format: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const parameters = { region, size, rotation, quality, format };
    const send = () => this.send(caller, key, parameters, request, response);
    try {
      await send();
    } catch (error) {
      if (response.headersSent || !(await this.service.isOutdated(caller, key, error))) throw error;
      await send();
    }
  }

  private async send(
    caller: Caller,
    key: string,
    parameters: ImageParameters,
    request: Request,
    response: Response,
  ): Promise<void> {
    const timings = new ServerTiming();
    const requested = await this.service.request(
      caller,
      key,
      parameters,
      timings,
      partyOf(request),
    );
    const canonical = this.addressing.asRequested(request, key).image(requested.canonicalPath);
    response.setHeader('Content-Security-Policy', INERT);
    await sendRepresentation(request, response, requested.representation, {
      cacheControl: cacheControlOf(false, this.files.areSigned),
      headers: {
        Link: `<${PROFILE}>;rel="profile", <${canonical}>;rel="canonical"`,
        'X-Image-Transform': transformText(requested.transform),
      },
      timings,
    });
  }
}

function ActsOnPicture() {
  return ActsOn(ImageApiService, 'picture-not-found', (service, { image_key }, request) =>
    service.requirePicture(callerOf(request), image_key ?? ''),
  );
}
