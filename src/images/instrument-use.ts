import type { Page } from '../database/page.js';

/** A label, and how often images of a filter carry it. */
export interface InstrumentUse {
  name: string;
  annotations: number;
  images: number;
}

/** A page of them. */
export interface InstrumentUses extends Page<InstrumentUse> {
  /** Whether they were counted in a part of the images, because those are many. */
  isEstimated: boolean;
}
