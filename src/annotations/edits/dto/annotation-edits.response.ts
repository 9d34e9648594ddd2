import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { AnnotationResponse } from '../../dto/annotation.response.js';
import type { EditResult } from '../set-edits.js';

const STATUS = { created: 201, replaced: 200, deleted: 204 } as const;

/** What one edit came to. */
@ApiSchema({ name: 'AnnotationEdit', description: 'What one edit came to.' })
export class AnnotationEditResponse {
  /**
   * Where the edit stands in the request.
   * @example "#/create/0"
   */
  pointer!: string;

  /** What the edit alone would have answered: 201 for a new annotation, 200 for one replaced, 204 for one deleted. */
  @ApiProperty({ enum: Object.values(STATUS), example: 201 })
  status!: 200 | 201 | 204;

  /**
   * The annotation's place in the image.
   * @example 3
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  index!: number;

  /** The annotation as it is now; null if it was deleted. */
  @ApiProperty({ type: AnnotationResponse, nullable: true })
  annotation!: AnnotationResponse | null;

  static from(imageKey: string, result: EditResult): AnnotationEditResponse {
    return {
      pointer: result.pointer,
      status: STATUS[result.kind],
      index: result.index,
      annotation: result.annotation ? AnnotationResponse.from(imageKey, result.annotation) : null,
    };
  }
}

/** What edits of a set came to, in the order in which the request has them: created, replaced, deleted. */
@ApiSchema({ name: 'AnnotationEdits', description: 'What edits of a set came to.' })
export class AnnotationEditsResponse {
  /** One for each edit: first those of `create`, then of `replace`, then of `delete`. */
  results!: AnnotationEditResponse[];

  static from(imageKey: string, results: readonly EditResult[]): AnnotationEditsResponse {
    return { results: results.map((result) => AnnotationEditResponse.from(imageKey, result)) };
  }
}
