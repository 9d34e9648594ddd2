import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request, Response } from 'express';
import type { Caller } from '../access/caller.js';
import { callerOf, CurrentCaller, Requires } from '../access/requires.decorator.js';
import { Refuses } from '../http/openapi.js';
import { countHeaders, nextAddress } from '../http/page-reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { AnnotationIndexPipe, ImageKeyPipe } from '../http/validation/path-parameters.js';
import { Addressing } from './addressing.js';
import { ListManifestQuery } from './dto/list-manifest.query.js';
import { ManifestResponse } from './dto/manifest.response.js';
import { WebAnnotationPageResponse, WebAnnotationResponse } from './dto/web-annotation.response.js';
import { AnswersJsonLd, PRESENTATION_CONTEXT, sendJsonLd } from './json-ld.js';
import type { PlacedImage, PresentedImage } from './presentation/presented-image.js';
import { PresentationService } from './presentation.service.js';

const PAGE = {
  Link: { $ref: '#/components/headers/Link' },
  'X-Total-Count': { $ref: '#/components/headers/X-Total-Count' },
  'X-Total-Count-Kind': { $ref: '#/components/headers/X-Total-Count-Kind' },
};

@ApiTags('iiif')
@Controller('iiif/presentation/3')
export class PresentationController {
  constructor(
    private readonly service: PresentationService,
    private readonly addressing: Addressing,
  ) {}

  /**
   * Read a manifest of several images
   * @remarks IIIF Presentation API 3.0: a canvas for each image that has a picture, in the order and with the filters
   * of `GET /images`. The next canvases are in the manifest that `Link` leads to.
   */
  @Requires('viewer')
  @Get('manifest')
  @AnswersJsonLd(ManifestResponse, 'The manifest.', PAGE)
  @Refuses('no-picture-found')
  async listManifest(
    @CurrentCaller() caller: Caller,
    @Query() query: ListManifestQuery,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { sort } = query;
    const page = await this.service.listImages(caller, query.toFilter(), sort, query.toPage());
    const origin = this.addressing.originOf(request);
    if (page.next) {
      const next = `${origin}${nextAddress(request, sort, page.next)}`;
      response.setHeader('Link', `<${next}>; rel="next"`);
    }
    for (const [name, value] of Object.entries(countHeaders(request, page.total)))
      response.setHeader(name, value);
    const images = page.items.map((image) => this.placed(request, image));
    const body = ManifestResponse.ofList(`${origin}${request.originalUrl}`, images);
    sendJsonLd(request, response, PRESENTATION_CONTEXT, body);
  }

  /**
   * Read the manifest of an image
   * @remarks IIIF Presentation API 3.0: what a viewer such as Mirador opens. With AUTH=on its addresses are signed, so
   * that the viewer needs no header for them.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get(':image_key/manifest')
  @ActsOnImage()
  @AnswersJsonLd(ManifestResponse, 'The manifest.')
  @Refuses('image-not-found')
  async getManifest(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const image = await this.service.requireImage(caller, key);
    const body = ManifestResponse.ofImage(this.placed(request, image));
    sendJsonLd(request, response, PRESENTATION_CONTEXT, body);
  }

  /**
   * Read the annotations for a viewer
   * @remarks A page of W3C Web Annotations of the image's canvas, as Mirador and Annotorious read them.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get(':image_key/annotations')
  @ActsOnImage()
  @AnswersJsonLd(WebAnnotationPageResponse, 'All annotations of the image, by index.')
  @Refuses('image-not-found')
  async getAnnotationPage(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { image, annotations } = await this.service.requireAnnotated(caller, key);
    const addresses = this.addressing.of(request, image);
    const body = WebAnnotationPageResponse.from(annotations, image, addresses);
    sendJsonLd(request, response, PRESENTATION_CONTEXT, body);
  }

  /**
   * Read an annotation for a viewer
   * @remarks One W3C Web Annotation: where its `id` leads to.
   */
  @Requires('viewer', { signedAddress: 'iiif' })
  @Get(':image_key/annotations/:annotation_index')
  @ActsOnImage()
  @AnswersJsonLd(WebAnnotationResponse, 'The annotation.')
  @Refuses('image-not-found', 'annotation-not-found')
  async getWebAnnotation(
    @CurrentCaller() caller: Caller,
    @Param('image_key', ImageKeyPipe) key: string,
    @Param('annotation_index', AnnotationIndexPipe) index: number,
    @Req() request: Request,
    @Res() response: Response,
  ): Promise<void> {
    const { image, annotation } = await this.service.requireAnnotation(caller, key, index);
    const addresses = this.addressing.of(request, image);
    const body = WebAnnotationResponse.alone(annotation, image, addresses);
    sendJsonLd(request, response, PRESENTATION_CONTEXT, body);
  }

  private placed(request: Request, image: PresentedImage): PlacedImage {
    return {
      image,
      addresses: this.addressing.of(request, image),
      limits: this.service.limits,
    };
  }
}

function ActsOnImage() {
  return ActsOn(PresentationService, 'picture-not-found', (service, { image_key }, request) =>
    service.requireImage(callerOf(request), image_key ?? ''),
  );
}
