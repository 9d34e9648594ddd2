import { Transform } from 'class-transformer';

// Query parameters are text. These convert what is unmistakable and leave everything else as it came,
// so that the validator behind refuses it: "", "0x10", full-width digits, "1e309" and a repeated
// parameter never become a number.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;

/** `"0.5"` → 0.5, also each one of an array. */
export function ToNumber(): PropertyDecorator {
  return Transform(({ value }) => toNumber(value));
}

/** What is unmistakably a number as one; anything else as it came. */
export function toNumber(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toNumber);
  if (typeof value !== 'string' || !DECIMAL.test(value)) return value;
  return Number(value);
}

/** `"true"` → true, `"false"` → false */
export function ToBoolean(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => {
    if (value === 'true') return true;
    return value === 'false' ? false : value;
  });
}

/** A parameter given once or several times → an array of its values. */
export function ToArray(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) =>
    value === undefined || Array.isArray(value) ? value : [value],
  );
}
