import { applyDecorators } from '@nestjs/common';
import { InspectedBy } from './inspected-by.js';
import { ToNfc } from './text.js';

/** Longest text that somebody writes to somebody else, in characters. */
export const MAX_PROSE_CHARACTERS = 4_000;

const LAYOUT = /[\t\n\r]/g;
const CONTROL = /\p{Cc}/u;

/** Text for people, of one or several lines, brought to NFC: 1 to 4,000 characters (code points), not only space. */
export function IsProse(): PropertyDecorator {
  return applyDecorators(
    ToNfc(),
    InspectedBy('isProse', (value) => {
      const detail = proseFault(value);
      return detail === undefined ? [] : [{ path: [], detail }];
    }),
  );
}

function proseFault(value: unknown): string | undefined {
  if (value === undefined) return 'is required';
  if (typeof value !== 'string') return 'must be a string';
  const characters = [...value].length;
  if (characters < 1 || characters > MAX_PROSE_CHARACTERS)
    return `must have 1 to ${MAX_PROSE_CHARACTERS} characters`;
  if (!value.isWellFormed()) return 'must be well-formed Unicode (it has a lone surrogate)';
  if (CONTROL.test(value.replace(LAYOUT, '')))
    return 'must not contain control characters but tabs and line breaks';
  return value.trim() === '' ? 'must not be only space' : undefined;
}
