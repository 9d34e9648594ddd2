import { ApiExtraModels, ApiProperty, ApiSchema, getSchemaPath } from '@nestjs/swagger';
import { AnnotationResponse } from '../../dto/annotation.response.js';
import type { Repair } from '../../repairs/draft-repairs.service.js';
import { RepairedAnnotationResponse } from '../../repairs/dto/repaired-annotation.response.js';
import type { EditResult } from '../set-edits.js';

const STATUS = { created: 201, replaced: 200, deleted: 204 } as const;

/** What one edit came to. */
@ApiExtraModels(AnnotationResponse, RepairedAnnotationResponse)
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
  @ApiProperty({
    anyOf: [
      { $ref: getSchemaPath(AnnotationResponse) },
      { $ref: getSchemaPath(RepairedAnnotationResponse) },
      { type: 'null' },
    ],
  })
  annotation!: AnnotationResponse | RepairedAnnotationResponse | null;

  /** @param repairs undefined where none were asked for */
  static from(
    imageKey: string,
    { pointer, kind, index, annotation }: EditResult,
    repairs: readonly Repair[] | undefined,
  ): AnnotationEditResponse {
    return {
      pointer,
      status: STATUS[kind],
      index,
      annotation: annotation
        ? RepairedAnnotationResponse.withRepairs(imageKey, annotation, repairs)
        : null,
    };
  }
}

/** What edits of a set came to, in the order in which the request has them: created, replaced, deleted. */
@ApiSchema({ name: 'AnnotationEdits', description: 'What edits of a set came to.' })
export class AnnotationEditsResponse {
  /** One for each edit: first those of `create`, then of `replace`, then of `delete`. */
  results!: AnnotationEditResponse[];

  /** @param repairs of each of the first results, those with an annotation; undefined where none were asked for */
  static from(
    imageKey: string,
    results: readonly EditResult[],
    repairs?: readonly (readonly Repair[])[],
  ): AnnotationEditsResponse {
    return {
      results: results.map((result, place) =>
        AnnotationEditResponse.from(imageKey, result, repairs && (repairs[place] ?? [])),
      ),
    };
  }
}
