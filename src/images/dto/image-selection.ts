import type { ImageResponse } from './image.response.js';
import {
  SELECTABLE,
  type SparseAnnotationResponse,
  type SparseImageResponse,
} from './sparse-image.response.js';

/** Which fields of images an answer has. */
export class ImageSelection {
  private constructor(private readonly names: ReadonlySet<string>) {}

  /** @param fields names between commas, in which `faultsOf` finds none */
  static of(fields: string): ImageSelection {
    const names = new Set(['image_key', ...fields.split(',')]);
    // All fields of annotations are more than some.
    if (names.has('annotations'))
      for (const name of names) if (name.startsWith('annotations.')) names.delete(name);
    return new ImageSelection(names);
  }

  /** What is wrong with a list of names: each one that is no field. */
  static faultsOf(fields: string): string[] {
    return [...new Set(fields.split(','))]
      .filter((name) => !SELECTABLE.includes(name))
      .map((name) => `"${name}" is not a field of images: there are ${SELECTABLE.join(', ')}`);
  }

  /** Whether any field of annotations is wanted. */
  get hasAnnotations(): boolean {
    return [...this.names].some((name) => name.split('.')[0] === 'annotations');
  }

  /** The same text for every way to name the same fields. */
  get variant(): string {
    return [...this.names].sort().join();
  }

  /** An image with no more than these fields. */
  from(image: ImageResponse): SparseImageResponse {
    const picked = this.picked(image, '');
    const { image_key, annotations } = image;
    if (!annotations || !this.hasAnnotations) return { ...picked, image_key };
    return { ...picked, image_key, annotations: annotations.map((one) => this.annotation(one)) };
  }

  private annotation(annotation: SparseAnnotationResponse): SparseAnnotationResponse {
    return this.names.has('annotations') ? annotation : this.picked(annotation, 'annotations.');
  }

  private picked(object: object, prefix: string): object {
    const fields = Object.entries(object).filter(([name]) => this.names.has(`${prefix}${name}`));
    return Object.fromEntries(fields);
  }
}
