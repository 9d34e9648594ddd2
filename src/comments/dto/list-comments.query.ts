import { ApiProperty } from '@nestjs/swagger';
import { IsArray, IsBoolean, IsInt, IsOptional, Max, Min } from 'class-validator';
import { ListQuery } from '../../http/list.query.js';
import { ToArray, ToBoolean, ToInteger } from '../../http/validation/conversions.js';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import type { CommentFilter } from '../comment.js';

/** Name of the order in which comments are listed: their ids sort as they were made. */
export const OLDEST_FIRST = 'comments:id';
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const EACH = { each: true };

/** Which comments of an image. */
export class ListCommentsQuery extends ListQuery {
  /**
   * Those that are resolved, or those that are open.
   * @example false
   */
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  resolved?: boolean;

  /**
   * About one of these annotations.
   * @example [0]
   */
  @ApiProperty({ type: 'integer', isArray: true, required: false })
  @ToInteger()
  @ToArray()
  @IsArray()
  @IsInt(EACH)
  @Min(0, EACH)
  @Max(MAX_ANNOTATION_INDEX, EACH)
  @IsOptional()
  annotation_index?: number[];

  toFilter(): CommentFilter {
    return { resolved: this.resolved, annotationIndexes: this.annotation_index };
  }

  /** @throws InvalidRequest when the cursor is not one of this list */
  toPage(): ReturnType<ListQuery['toPageRequest']> {
    return this.toPageRequest(OLDEST_FIRST, ([id]) => typeof id === 'string' && UUID.test(id));
  }
}
