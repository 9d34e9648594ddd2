import { InvalidRequest } from '../../errors/invalid-request.js';

/** The parameters of an image request, in the order of its path. */
export type ImageParameter = 'region' | 'size' | 'rotation' | 'quality' | 'format';

/** What may stand for a whole number; more digits than any picture has pixels a side mean nothing. */
export const INTEGER = String.raw`\d{1,9}`;
/** A positive number without sign and exponent (IIIF Image API 3.0 section 4.7). */
export const DECIMAL = String.raw`(?:\d{1,9}(?:\.\d{1,10})?|\.\d{1,10})`;

/** One parameter that asks for what cannot be. */
export function refused(parameter: ImageParameter, detail: string): InvalidRequest {
  return new InvalidRequest([{ parameter, detail }]);
}
