import { ApiProperty } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsArray, ValidateNested } from 'class-validator';
import { InspectedBy, type InnerFault } from '../../http/validation/inspected-by.js';
import { settingsInForce } from '../../http/validation/settings-in-force.js';
import type { CreateAnnotationRequest } from './create-annotation.request.js';

/** At most MAX_ANNOTATIONS annotations of a request class, no two of which name the same index. */
export function IsAnnotationList(itemType: new () => CreateAnnotationRequest): PropertyDecorator {
  // In the order in which decorators above a field would be applied: from the bottom up.
  const rules = [
    Type(() => itemType),
    InspectedBy('hasDistinctIndexes', repeatedIndexes),
    InspectedBy('hasNoListInside', listsInside),
    ValidateNested({ each: true }),
    InspectedBy('isShortEnough', tooMany),
    IsArray(),
    ApiProperty({ type: () => [itemType], maxItems: settingsInForce().maxAnnotations }),
  ];
  return (target, property) => rules.forEach((rule) => rule(target, property));
}

function tooMany(value: unknown): InnerFault[] {
  const { maxAnnotations } = settingsInForce();
  if (!Array.isArray(value) || value.length <= maxAnnotations) return [];
  return [{ path: [], detail: `must not hold more than ${maxAnnotations} annotations` }];
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
