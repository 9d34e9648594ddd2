import type { ProblemEntry } from './problem-entry.js';

/** The problems about labels. */
export const INSTRUMENT_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'instrument-not-found': {
    status: 404,
    explanation: 'No label has this name. It may have been renamed, merged or deleted.',
    example: 'No label is called "needle holder".',
  },
  'instrument-exists': {
    status: 409,
    explanation:
      'A label of this name exists already. To give it the annotations of another one, rename that with `merge`.',
    example: 'A label is called "needle holder" already.',
  },
  'instrument-in-use': {
    status: 409,
    explanation:
      'Annotations still carry the label, of images in use or in the trash. Name a `replacement`, which they get. On more than 50,000 images the numbers are estimated (`count_kind`).',
    example:
      'The label "needle holder" is in use (images in the trash count too): name a replacement.',
    members: { annotation_count: 12, image_count: 9, count_kind: 'exact' },
  },
  'unknown-instrument': {
    status: 422,
    explanation:
      'The vocabulary is closed (INSTRUMENTS=closed), and the request names a label that is not in it. `GET /instruments?unused=true` lists those that are.',
    example: 'The request names a label that is not in the vocabulary.',
    errors: [{ pointer: '#/instrument', detail: 'no label is called "forcep"' }],
  },
};
