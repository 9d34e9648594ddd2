import { DomainError } from '../errors/domain-error.js';
import type { SizeParameter } from './rendition-plan.js';

/** The rendition asked for would be larger than the limits allow (400). */
export class ScaleTooLarge extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'scale-too-large';
  override readonly faults;
  override readonly members;
  constructor(
    readonly largestScale: number,
    parameter = 'scale',
  ) {
    const detail = `The largest scale allowed for this picture is ${largestScale}.`;
    super(detail);
    this.faults = [{ parameter, detail }];
    this.members = { largest_scale: largestScale };
  }

  /** The same where the rendition is described inside another parameter. */
  inside(parameter: string): ScaleTooLarge {
    return new ScaleTooLarge(this.largestScale, parameter);
  }
}

/** The same where the size was asked for by something else than `scale` (400). */
export class RenditionTooLarge extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'rendition-too-large';
  override readonly faults;
  constructor(
    private readonly sizedBy: SizeParameter,
    private readonly limit: string,
    outer?: string,
  ) {
    super(`The rendition would be too large: ${limit}.`);
    this.faults = [
      outer === undefined
        ? { parameter: sizedBy, detail: limit }
        : { parameter: outer, detail: `${sizedBy}: ${limit}` },
    ];
  }

  /** The same where the rendition is described inside another parameter. */
  inside(parameter: string): RenditionTooLarge {
    return new RenditionTooLarge(this.sizedBy, this.limit, parameter);
  }
}

/** The address is of a picture that another one has replaced (404): its bytes are not there any more. */
export class PictureVersionNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'picture-version-not-found';
  override readonly faults;
  /** @param outer the parameter inside of which the rendition is described */
  constructor(key: string, outer?: string) {
    super(`The picture of the image "${key}" is another one by now.`);
    const detail = 'is not how the sha256 of the picture begins';
    this.faults = [
      outer === undefined
        ? { parameter: 'v', detail }
        : { parameter: outer, detail: `v: ${detail}` },
    ];
  }
}
