import { ApiProperty } from '@nestjs/swagger';
import { IsArray } from 'class-validator';
import type { Fault } from '../../../errors/domain-error.js';
import { InvalidRequest } from '../../../errors/invalid-request.js';
import { jsonPointer } from '../../../errors/json-pointer.js';
import { InspectedBy, type InnerFault } from '../../../http/validation/inspected-by.js';
import { MAX_ANNOTATION_INDEX } from '../../../http/validation/path-parameters.js';
import { MayBeAbsent } from '../../../http/validation/presence.js';
import { settingsInForce } from '../../../http/validation/settings-in-force.js';
import { IsAnnotationList } from '../../dto/annotation-list.rule.js';
import { IsBaseVersion } from '../../dto/base-version.rule.js';
import { CreateAnnotationRequest } from '../../dto/create-annotation.request.js';
import type { SetEdits } from '../set-edits.js';
import { ReplaceListedAnnotationRequest } from './replace-listed-annotation.request.js';

/** Edits of some annotations of an image: all of them are done, or none; the others stay what they are. */
export class EditAnnotationsRequest {
  @IsBaseVersion()
  base_version?: number;

  /** New annotations. */
  @IsAnnotationList(CreateAnnotationRequest)
  @MayBeAbsent()
  create?: CreateAnnotationRequest[];

  /** Annotations that exist, whole, each with its index. */
  @IsAnnotationList(ReplaceListedAnnotationRequest)
  @MayBeAbsent()
  replace?: ReplaceListedAnnotationRequest[];

  /** Indexes of annotations to delete. */
  @ApiProperty({
    type: 'array',
    items: { type: 'integer', minimum: 0, maximum: MAX_ANNOTATION_INDEX },
    required: false,
    example: [],
  })
  @IsArray()
  @InspectedBy('areIndexes', indexFaults)
  @MayBeAbsent()
  delete?: number[];

  /** @throws InvalidRequest when two edits name the same annotation */
  toEdits(): SetEdits {
    const { create = [], replace = [], delete: remove = [] } = this;
    assertDistinct([
      ...create.map(({ index }, place) => ({ index, path: ['create', place, 'index'] })),
      ...replace.map(({ index }, place) => ({ index, path: ['replace', place, 'index'] })),
      ...remove.map((index, place) => ({ index, path: ['delete', place] })),
    ]);
    return {
      create: create.map((annotation) => annotation.toDraft()),
      replace: replace.map((annotation) => ({
        ...annotation.toDraft(),
        index: annotation.index,
      })),
      remove,
      ...(this.base_version === undefined ? {} : { baseVersion: this.base_version }),
    };
  }
}

function indexFaults(value: unknown): InnerFault[] {
  if (!Array.isArray(value)) return [];
  const { maxAnnotations } = settingsInForce();
  if (value.length > maxAnnotations)
    return [{ path: [], detail: `must not hold more than ${maxAnnotations} indexes` }];
  return value.flatMap((item: unknown, place) =>
    Number.isInteger(item) && Number(item) >= 0 && Number(item) <= MAX_ANNOTATION_INDEX
      ? []
      : [{ path: [place], detail: `must be a whole number from 0 to ${MAX_ANNOTATION_INDEX}` }],
  );
}

function assertDistinct(
  edits: readonly { index: number | undefined; path: (string | number)[] }[],
): void {
  const first = new Map<number, string>();
  const faults: Fault[] = [];
  for (const { index, path } of edits) {
    if (index === undefined) continue;
    const pointer = jsonPointer(path);
    const other = first.get(index);
    if (other === undefined) first.set(index, pointer);
    else faults.push({ pointer, detail: `names annotation ${index}, as ${other} does` });
  }
  if (faults.length > 0) throw new InvalidRequest(faults);
}
