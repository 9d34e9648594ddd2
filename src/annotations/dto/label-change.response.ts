import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import {
  COUNT_KINDS,
  type CountKind,
  countKindOf,
  type LabelChange,
} from '../instrument-changes.js';

const ACTIONS = ['rename', 'merge', 'none'] as const;

/** What a change of a label does, or would do. */
@ApiSchema({ name: 'LabelChange', description: 'What a change of a label does, or would do.' })
export class LabelChangeResponse {
  /** @example "needle holder" */
  from!: string;

  /** @example "Mayo-Hegar needle holder" */
  to!: string;

  /** `merge`: a label of that name gets what carries this one. `none`: it is called so already. */
  @ApiProperty({ enum: ACTIONS, example: 'rename' })
  action!: LabelChange['action'];

  /**
   * Images whose annotations are concerned, those in the trash too.
   * @example 9
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  images!: number;

  /**
   * Annotations that are concerned.
   * @example 12
   */
  @ApiProperty({ type: 'integer', minimum: 0 })
  annotations!: number;

  /** `estimated`: on more than 50,000 images both numbers are what statistics say. */
  @ApiProperty({ enum: COUNT_KINDS, example: 'exact' })
  count_kind!: CountKind;

  /**
   * False for a dry run.
   * @example true
   */
  done!: boolean;

  static from(change: LabelChange): LabelChangeResponse {
    return {
      from: change.from,
      to: change.to,
      action: change.action,
      images: change.images,
      annotations: change.annotations,
      count_kind: countKindOf(change),
      done: change.isDone,
    };
  }
}
