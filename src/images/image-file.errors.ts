import { DomainError } from '../errors/domain-error.js';

/** The bytes are of none of the accepted kinds of picture (or there are none). */
export class UnrecognisedPicture extends DomainError {
  readonly kind = 'unsupported';
  readonly code = 'unsupported-picture';
  constructor() {
    super('The file is not a picture of an accepted type: JPEG, PNG, WebP, TIFF, GIF or AVIF.');
  }
}

/** The bytes begin like an accepted picture, but no whole picture can be decoded from them. */
export class UndecodablePicture extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'undecodable-picture';
  constructor(mediaType: string, options?: ErrorOptions) {
    // What the decoder said stays in `cause`: it names paths of the server.
    super(`The file begins like ${mediaType} but is cut short or damaged.`, options);
  }
}

/** Decoding would cost more than the limits allow; told by structure and header, nothing was decoded. */
export class TooManyPixels extends DomainError {
  readonly kind = 'too-large';
  readonly code = 'too-many-pixels';
  constructor(finding: string, options?: ErrorOptions) {
    super(`The picture is too large to be decoded: ${finding}.`, options);
  }
}

/** Not even the worst quality makes the rendition as small as `max_bytes` asks (400). */
export class RenditionTooHeavy extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'rendition-too-heavy';
  override readonly faults;
  constructor(fewestBytes: number) {
    const detail = `must be at least ${fewestBytes}: with quality 1 the rendition has that many bytes`;
    super(`The rendition does not fit: max_bytes ${detail}.`);
    this.faults = [{ parameter: 'max_bytes', detail }];
  }
}

/** All decoders are busy and the queue is full, or one took too long. Trying again later is right. */
export class Overloaded extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'overloaded';
  /** @param retryAfterS when trying again is likely to succeed */
  constructor(
    override readonly retryAfterS: number,
    message = 'Too many pictures are being processed at the moment.',
  ) {
    super(message);
  }
}

/** A picture whose decoding was given up after RENDITION_TIMEOUT_MS, its turn waited for or not. */
export class TookTooLong extends Overloaded {
  constructor(retryAfterS = 10) {
    super(retryAfterS, 'Processing the picture took too long.');
  }
}
