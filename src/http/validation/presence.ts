import { ValidateIf } from 'class-validator';

/** The field may be left out, but if it is there its rules hold, also for null. */
export function MayBeAbsent(): PropertyDecorator {
  return ValidateIf((_object, value) => value !== undefined);
}

/** The field must be there, also where a class that is extended lets it be absent. */
export function MustBePresent(): PropertyDecorator {
  // class-validator replaces an inherited condition by one of the class's own.
  return ValidateIf(() => true);
}
