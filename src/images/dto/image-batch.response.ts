import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { DomainError } from '../../errors/domain-error.js';
import { type Problem, problemOf } from '../../http/problem.js';
import { pathOf } from '../../http/reply.js';
import { type BatchResult, messageIn, placedIn } from '../batches/image-batch.js';

/** What became of one image of a batch. */
@ApiSchema({ name: 'ImageBatchResult', description: 'What became of one image of a batch.' })
export class ImageBatchResultResponse {
  /** As `POST /images` would answer it: 201 made, 200 made by an equal request before, or that of the problem. */
  @ApiProperty({ type: 'integer', minimum: 200, maximum: 499, example: 201 })
  status!: number;

  /** Null where there is a problem. */
  @ApiProperty({ type: String, nullable: true, example: 'tray-7/front' })
  image_key!: string | null;

  /** Address of the image. */
  @ApiProperty({
    type: String,
    format: 'uri-reference',
    nullable: true,
    example: '/images/tray-7%2Ffront',
  })
  location!: string | null;

  /** Entity tag of the image as it is now, for If-Match. */
  @ApiProperty({ type: String, nullable: true, example: '"1.1"' })
  etag!: string | null;

  /** What is wrong with this one, its pointers as in the whole body (`#/images/3/user_id`). */
  @ApiProperty({
    nullable: true,
    allOf: [{ $ref: '#/components/schemas/Problem' }],
    example: null,
  })
  problem!: Problem | null;

  static from(result: BatchResult, place: number, at: BatchAddress): ImageBatchResultResponse {
    if (result instanceof DomainError) {
      const errors = placedIn(place, result);
      const problem = {
        ...problemOf(result, at.requestId),
        detail: messageIn(place, result),
        ...(errors.length > 0 && { errors }),
      };
      return { status: problem.status, image_key: null, location: null, etag: null, problem };
    }
    return {
      status: result.isNew ? 201 : 200,
      image_key: result.key,
      location: `${at.publicUrl}${pathOf('images', result.key)}`,
      etag: result.etag,
      problem: null,
    };
  }
}

/** What became of a batch. */
@ApiSchema({ name: 'ImageBatch', description: 'What became of a batch of images.' })
export class ImageBatchResponse {
  /** One for each image of the request, in its order. */
  @ApiProperty({ type: [ImageBatchResultResponse] })
  results!: ImageBatchResultResponse[];

  static from(results: readonly BatchResult[], at: BatchAddress): ImageBatchResponse {
    return {
      results: results.map((result, place) => ImageBatchResultResponse.from(result, place, at)),
    };
  }
}

/** What the results of a batch name beside themselves. */
export interface BatchAddress {
  requestId: string;
  /** Stands before every address, without a slash at its end; may be empty. */
  publicUrl: string;
}
