import { applyDecorators } from '@nestjs/common';
import { Transform } from 'class-transformer';
import type { ValidationOptions } from 'class-validator';
import { InspectedBy, type InnerFault } from './inspected-by.js';

// Marks that turn or override the direction of the text around them (Unicode TR 9, section 2): they
// make one key look like another.
const DIRECTION_MARKS = /[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/u;
const CONTROL = /\p{Cc}/u;
const SPACE_AT_AN_END = /^\s|\s$/u;

/** Why a text cannot be a name, or undefined: control characters, direction marks, spaces around it. */
function nameFault(text: string): string | undefined {
  if (!text.isWellFormed()) return 'must be well-formed Unicode (it has a lone surrogate)';
  if (CONTROL.test(text)) return 'must not contain control characters';
  if (DIRECTION_MARKS.test(text))
    return 'must not contain characters that change the direction of text';
  if (SPACE_AT_AN_END.test(text)) return 'must not begin or end with a space';
  return undefined;
}

/**
 * Why a text cannot be a key chosen by a client, or undefined.
 * @param maxBytes of its UTF-8 form in NFC
 */
export function keyFault(text: string, maxBytes: number): string | undefined {
  const bytes = Buffer.byteLength(text, 'utf8');
  if (bytes === 0 || bytes > maxBytes) return `must have 1 to ${maxBytes} bytes in UTF-8`;
  const fault = nameFault(text);
  if (fault) return fault;
  if (text.includes('\\')) return 'must not contain a backslash';
  if (text.split('/').some((segment) => segment === '.' || segment === '..'))
    return 'must not have a "." or ".." between slashes';
  return undefined;
}

/**
 * Why a text cannot be a label, or undefined.
 * @param maxCharacters code points of its NFC
 */
export function labelFault(
  text: string,
  maxCharacters: number,
  minCharacters = 1,
): string | undefined {
  const characters = [...text].length;
  if (characters < minCharacters || characters > maxCharacters)
    return `must have ${minCharacters} to ${maxCharacters} characters`;
  // In an address they are folders, and clients leave them out.
  if (text === '.' || text === '..') return 'must not be "." or ".."';
  return nameFault(text);
}

/** Brings text to Unicode NFC, also each one of an array; anything else is left for the validators. */
export function ToNfc(): PropertyDecorator {
  return Transform(({ value }) => toNfc(value));
}

function toNfc(value: unknown): unknown {
  if (typeof value === 'string') return value.normalize('NFC');
  if (Array.isArray(value)) return value.map(toNfc);
  return value;
}

/** A key chosen by a client, brought to NFC: 1 to `maxBytes` bytes, and nothing that misleads a reader. */
export function IsKey(maxBytes: number, options?: ValidationOptions): PropertyDecorator {
  return applyDecorators(
    ToNfc(),
    IsTextWithout('isKey', (text) => keyFault(text, maxBytes), options),
  );
}

/** A label or name, brought to NFC: 1 to `maxCharacters` characters (code points). */
export function IsLabel(maxCharacters = 255, options?: ValidationOptions): PropertyDecorator {
  return applyDecorators(
    ToNfc(),
    IsTextWithout('isLabel', (text) => labelFault(text, maxCharacters), options),
  );
}

/** A part of names to search for, brought to NFC: `minCharacters` to `maxCharacters` code points. */
export function IsPartOfName(minCharacters: number, maxCharacters = 255): PropertyDecorator {
  return applyDecorators(
    ToNfc(),
    IsTextWithout('isPartOfName', (text) => labelFault(text, maxCharacters, minCharacters)),
  );
}

/** One text, or with `each` an array of them, in which the function finds no fault. */
function IsTextWithout(
  name: string,
  faultOf: (text: string) => string | undefined,
  options?: ValidationOptions,
): PropertyDecorator {
  const faultsOf = (value: unknown): InnerFault[] => {
    const otherwise = value === undefined ? 'is required' : 'must be a string';
    const detail = typeof value === 'string' ? faultOf(value) : otherwise;
    return detail === undefined ? [] : [{ path: [], detail }];
  };
  const isList = (value: unknown) => options?.each === true && Array.isArray(value);
  return InspectedBy(
    name,
    (value) => (isList(value) ? (value as unknown[]).flatMap(faultsOf) : faultsOf(value)),
    options,
    // An item that is a list itself is no text.
    (item) => faultsOf(item).length === 0,
  );
}
