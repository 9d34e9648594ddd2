import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { titleOf } from '../../http/problem.js';
import type { ProblemEntry } from '../problem-entry.js';

/** One kind of error. */
@ApiSchema({ name: 'ProblemDescription', description: 'One kind of error, explained.' })
export class ProblemDescriptionResponse {
  /** @example "image-not-found" */
  code!: string;

  /**
   * What a problem of this kind has as its `type`.
   * @example "/problems/image-not-found"
   */
  type!: string;

  /** @example "Image not found" */
  title!: string;

  /** The HTTP status. */
  @ApiProperty({ type: 'integer', minimum: 400, maximum: 599, example: 404 })
  status!: number;

  /**
   * What it means and what to do.
   * @example "No image in use has this key. It may be in the trash: GET /images?trash=true."
   */
  explanation!: string;

  static from(code: string, entry: ProblemEntry): ProblemDescriptionResponse {
    return {
      code,
      type: `/problems/${code}`,
      title: titleOf(code),
      status: entry.status,
      explanation: entry.explanation,
    };
  }
}
