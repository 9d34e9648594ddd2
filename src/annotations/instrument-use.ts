/** A label that images in use carry, and how often. */
export interface InstrumentUse {
  name: string;
  annotations: number;
  images: number;
}
