/** What can be done to a label on purpose. */
export const INSTRUMENT_ACTIONS = ['created', 'renamed', 'merged', 'deleted'] as const;
export type InstrumentAction = (typeof INSTRUMENT_ACTIONS)[number];

/** A label, as it is now. */
export interface Label {
  id: string;
  name: string;
  /** 1, and one more for each time that it was renamed. */
  version: number;
  renamedAt: Date | null;
  renamedBy: string | null;
}

/** How many images and annotations carry a label, those in the trash too. */
export interface Carriers {
  images: number;
  annotations: number;
  /** Whether both are estimates, because there are so many. */
  isEstimated: boolean;
}

export const NO_CARRIERS: Carriers = { images: 0, annotations: 0, isEstimated: false };

/** How sure such numbers are, in answers. */
export const COUNT_KINDS = ['exact', 'estimated'] as const;
export type CountKind = (typeof COUNT_KINDS)[number];

export function countKindOf({ isEstimated }: Pick<Carriers, 'isEstimated'>): CountKind {
  return isEstimated ? 'estimated' : 'exact';
}

/** How the name of a label is to change. */
export interface LabelWish {
  to: string;
  /** Whether a label that is called so already gets the annotations. */
  merge: boolean;
  /** Whether only to say what would happen. */
  dryRun: boolean;
}

/** What a change of a label's name does, or would do. */
export interface LabelChange extends Carriers {
  from: string;
  to: string;
  /** `none`: it is called so already. */
  action: 'rename' | 'merge' | 'none';
  isDone: boolean;
}
