import { Transform } from 'class-transformer';

// Query parameters are text. These convert what is unmistakable and leave everything else as it came,
// so that the validator behind refuses it: "", "0x10", full-width digits, "1e309" and a repeated
// parameter never become a number, and what has a fraction, an exponent, a plus or a leading zero no whole one.
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const WHOLE = /^(?:0|-?[1-9]\d*)$/;

/** `"0.5"` → 0.5 */
export function ToNumber(): PropertyDecorator {
  return Transform(({ value }) => toNumber(value));
}

/** `"10"` → 10, also each one of an array; `"10.0"` and `"1e1"` stay what they are. */
export function ToInteger(): PropertyDecorator {
  return Transform(({ value }) => toNumber(value, WHOLE));
}

/** What is a number of this form, by default any that is unmistakable, as one; anything else as it came. */
export function toNumber(value: unknown, form = DECIMAL): unknown {
  if (Array.isArray(value)) return value.map((item) => toNumber(item, form));
  return typeof value === 'string' && form.test(value) ? Number(value) : value;
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
