import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';

/** A fault inside a value: the path leads from the value to the place. */
export interface InnerFault {
  path: readonly (string | number)[];
  detail: string;
}

/** What `InspectedBy` puts into the `context` of its rule. */
export interface FaultFinder {
  /** @param object whose field the value is */
  faults: (value: unknown, object: object) => readonly InnerFault[];
}

/**
 * A rule that can name several places of one value, where a rule of class-validator has one message for
 * all of it: the value is good when the function finds no fault.
 * @param isGood judges what class-validator asks about: with `each` every item, where `faults` is about them all
 */
export function InspectedBy(
  name: string,
  faults: FaultFinder['faults'],
  options?: ValidationOptions,
  isGood = (value: unknown, object: object) => faults(value, object).length === 0,
): PropertyDecorator {
  const context: FaultFinder = { faults };
  const validator = {
    validate: (value: unknown, made?: ValidationArguments) => isGood(value, made?.object ?? {}),
    // Without any message class-validator drops the context too.
    defaultMessage: () => 'is not valid',
  };
  return ValidateBy({ name, validator }, { ...options, context });
}
