import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiBody, ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { Caller } from '../../access/caller.js';
import { CurrentCaller, Requires } from '../../access/requires.decorator.js';
import { Environment } from '../../config/environment.js';
import { TakesStream } from '../../http/json-body.interceptor.js';
import { AnswersUntagged, Refuses } from '../../http/openapi.js';
import { CreateImagesRequest } from '../dto/create-images.request.js';
import { ImageBatchResponse } from '../dto/image-batch.response.js';
import { ImageBatchReader } from './image-batch.reader.js';
import { ImageBatchesService } from './image-batches.service.js';

@ApiTags('images')
@Controller('images/batch')
export class ImageBatchesController {
  constructor(
    private readonly batches: ImageBatchesService,
    private readonly reader: ImageBatchReader,
    private readonly environment: Environment,
  ) {}

  /**
   * Create many images
   * @remarks Up to 500 records (MAX_BATCH_IMAGES) in one transaction; the files may follow, each by itself. Each is
   * taken or refused as `POST /images` would, and the answer says which, in order: 200 even when all are refused. With
   * `atomic` one that is refused keeps all from being made: the answer is then that problem, with the places of all
   * faults. JSON that cannot be read, or has a field twice, is refused as a whole. Of two images with one key the first
   * that can be made has it. With an `Idempotency-Key` a repeated request gets the same outcomes again, with the images
   * as they are now.
   */
  @Requires('capturer')
  @Post()
  @HttpCode(200)
  @TakesStream()
  @ApiBody({ type: CreateImagesRequest })
  @AnswersUntagged(ImageBatchResponse, 'What became of each image.')
  @Refuses(
    'client-forbidden',
    'image-exists',
    'image-in-trash',
    'unknown-reference',
    'impossible-geometry',
    'unknown-instrument',
    'no-next-index',
    'idempotency-key-reused',
  )
  async createImages(
    @CurrentCaller() caller: Caller,
    @Req() request: Request,
  ): Promise<ImageBatchResponse> {
    const { items, isAtomic, request: repeatable } = await this.reader.read(request);
    const results = await this.batches.create(caller, items, isAtomic, repeatable);
    return ImageBatchResponse.from(results, {
      requestId: typeof request.id === 'string' ? request.id : '',
      publicUrl: this.environment.publicUrl ?? '',
    });
  }
}
