import { ValidateBy } from 'class-validator';
import { toNumber } from '../../http/validation/conversions.js';
import type { Area } from '../image.js';

/** `x,y,w,h`: four finite numbers, the last two of them above 0; undefined for anything else. */
export function areaIn(text: string): Area | undefined {
  const numbers = text.split(',').map((part) => toNumber(part));
  const isFinite = (value: unknown): value is number => Number.isFinite(value);
  if (numbers.length !== 4 || !numbers.every(isFinite)) return undefined;
  const [x = 0, y = 0, width = 0, height = 0] = numbers;
  return width > 0 && height > 0 ? { x, y, width, height } : undefined;
}

/** A part of a picture, as {@link areaIn} reads it. */
export function IsArea(): PropertyDecorator {
  return ValidateBy({
    name: 'isArea',
    validator: {
      validate: (value: unknown) => typeof value === 'string' && areaIn(value) !== undefined,
      defaultMessage: () => 'must be x,y,w,h in pixels: four finite numbers, w and h above 0',
    },
  });
}
