import { ApiProperty } from '@nestjs/swagger';
import { IsInt, Max, Min } from 'class-validator';
import { MayBeAbsent } from '../../http/validation/presence.js';

// PostgreSQL's integer.
const HIGHEST_SET_VERSION = 2_147_483_647;

const DESCRIPTION =
  'The version of the set that these edits start from: the number in its ETag, before a dot. With it, what others ' +
  'changed since then is kept where these edits leave it alone; where both changed the same annotation, nothing is ' +
  'changed and the answer is 409 with both versions.';

/** The version of a set that the client started from; it may be left out. */
export function IsBaseVersion(): PropertyDecorator {
  // In the order in which decorators above a field would be applied: from the bottom up.
  const rules = [
    MayBeAbsent(),
    Max(HIGHEST_SET_VERSION),
    Min(0),
    IsInt(),
    ApiProperty({
      type: 'integer',
      minimum: 0,
      maximum: HIGHEST_SET_VERSION,
      required: false,
      description: DESCRIPTION,
    }),
  ];
  return (target, property) => rules.forEach((rule) => rule(target, property));
}
