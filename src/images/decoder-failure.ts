import { DomainError } from '../errors/domain-error.js';
import { TookTooLong, TooManyPixels, UndecodablePicture } from './image-file.errors.js';
import type { PictureMediaType } from './picture-signature.js';

/**
 * Runs a piece of decoding and says its failures in our terms. libvips knows only sentences: those
 * about size and time are told apart here, every other one means that the bytes are no whole picture.
 */
export async function inOurTerms<T>(
  mediaType: PictureMediaType,
  decode: () => Promise<T>,
): Promise<T> {
  try {
    return await decode();
  } catch (error) {
    if (error instanceof DomainError) throw error;
    const sentence = error instanceof Error ? error.message : '';
    // The file was there a moment ago: a fault of the storage, not of the picture.
    if (sentence.startsWith('Input file is missing'))
      throw Object.assign(new Error('the file is missing', { cause: error }), { code: 'ENOENT' });
    if (sentence.startsWith('timeout')) {
      throw new TookTooLong();
    }
    if (TOO_LARGE.test(sentence)) {
      throw new TooManyPixels('its sides are beyond what decoders take', { cause: error });
    }
    throw new UndecodablePicture(mediaType, { cause: error });
  }
}

const TOO_LARGE = /exceeds pixel limit|out of range|bad dimensions|image size limit/i;
