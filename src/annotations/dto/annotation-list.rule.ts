import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { ArrayMaxSize, IsArray, ValidateNested } from 'class-validator';
import { InspectedBy, type InnerFault } from '../../http/validation/inspected-by.js';
import { MAX_ANNOTATIONS } from '../annotation.js';
import type { CreateAnnotationRequest } from './create-annotation.request.js';

/** At most 2,000 annotations of a request class, no two of which name the same index. */
export function IsAnnotationList(itemType: new () => CreateAnnotationRequest): PropertyDecorator {
  // In the order in which decorators above a field would be applied: from the bottom up.
  const rules = [
    Type(() => itemType),
    InspectedBy('hasDistinctIndexes', repeatedIndexes),
    InspectedBy('hasNoListInside', listsInside),
    ValidateNested({ each: true }),
    ArrayMaxSize(MAX_ANNOTATIONS),
    IsArray(),
    ApiProperty({ type: () => [itemType], maxItems: MAX_ANNOTATIONS }),
  ];
  return (target, property) => rules.forEach((rule) => rule(target, property));
}

// ValidateNested takes a list inside the list for one more level of it.
function listsInside(value: unknown): InnerFault[] {
  if (!Array.isArray(value)) return [];
  return value.flatMap((item: unknown, place) =>
    Array.isArray(item) ? [{ path: [place], detail: 'must be an object' }] : [],
  );
}

function repeatedIndexes(value: unknown): InnerFault[] {
  if (!Array.isArray(value)) return [];
  const firstPlace = new Map<number, number>();
  return value.flatMap((item: unknown, place) => {
    const index = (item as { index?: unknown } | null)?.index;
    if (typeof index !== 'number') return [];
    const first = firstPlace.get(index);
    if (first === undefined) firstPlace.set(index, place);
    return first === undefined
      ? []
      : [
          {
            path: [place, 'index'],
            detail: `repeats the index of annotation ${first} in this list`,
          },
        ];
  });
}
