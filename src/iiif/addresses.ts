import { identifierOf } from '../http/signed-identifiers.js';
import { pathOf } from '../http/reply.js';

/** Where the IIIF resources of an image are; absolute, for they are its names too. */
export class IiifAddresses {
  /** `{scheme}://{server}{/prefix}/{identifier}` of the Image API. */
  readonly imageService: string;
  private readonly presentation: string;

  /**
   * @param origin of the service, without a slash at the end
   * @param signature that the addresses carry, so that they need no credential
   */
  constructor(
    private readonly origin: string,
    private readonly key: string,
    signature?: string,
  ) {
    const identifier = identifierOf(key, signature);
    this.imageService = `${origin}${pathOf('iiif', 3, identifier)}`;
    this.presentation = `${origin}${pathOf('iiif', 'presentation', 3, identifier)}`;
  }

  /** @param path `{region}/{size}/{rotation}/{quality}.{format}` */
  image(path: string): string {
    return `${this.imageService}/${path}`;
  }

  get information(): string {
    return `${this.imageService}/info.json`;
  }

  get manifest(): string {
    return `${this.presentation}/manifest`;
  }

  /** A name only, which stays the same: it is described in the manifest, and annotations name it. */
  get canvas(): string {
    return `${this.origin}${pathOf('iiif', 'presentation', 3, identifierOf(this.key))}/canvas`;
  }

  get annotations(): string {
    return `${this.presentation}/annotations`;
  }

  annotation(index: number): string {
    return `${this.annotations}/${index}`;
  }

  /** The record in our own API, which asks for a credential where all do. */
  get record(): string {
    return `${this.origin}${pathOf('images', this.key)}`;
  }

  recordOfAnnotation(index: number): string {
    return `${this.origin}${pathOf('images', this.key, 'annotations', index)}`;
  }
}
