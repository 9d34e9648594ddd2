import { ValidateBy } from 'class-validator';
import { parseInstant } from '../../http/validation/instant.js';

/** A time that has not come yet. What is no time at all is for `IsInstant` to refuse. */
export function IsFuture(): PropertyDecorator {
  return ValidateBy({
    name: 'isFuture',
    validator: {
      validate: (value: unknown) => {
        const instant = typeof value === 'string' ? parseInstant(value) : undefined;
        return instant === undefined || instant.getTime() > Date.now();
      },
      defaultMessage: () => 'must lie in the future',
    },
  });
}
