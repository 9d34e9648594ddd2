import type { ProblemEntry } from './problem-entry.js';

const CURRENT = {
  image_key: 'tray-7/front',
  index: 0,
  instrument: 'needle holder',
  polygon: null,
  attributes: {},
  source: 'human',
  confidence: null,
  bbox: null,
  area: null,
  created_at: '2026-03-01T08:30:00.000Z',
  updated_at: '2026-03-01T08:31:00.000Z',
  created_by: null,
  updated_by: 'ada',
  version: 4,
};

const CHANGED = {
  current_etag: '"4"',
  current_version: 4,
  changed_by: 'ada',
  changed_at: '2026-03-01T08:31:00.000Z',
  differing_indexes: [0],
};

const SENT = {
  instrument: 'forceps',
  polygon: null,
  attributes: {},
  source: 'human',
  confidence: null,
};

/** The problems of two who change the same annotations at the same time. */
export const CONFLICT_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'annotation-changed': {
    status: 412,
    explanation:
      'The annotation is not the one that If-Match names. `current` is what it is now: apply the change to that, and send `current_etag`.',
    example: 'The annotation changed since it was read: its ETag is now "4".',
    members: { ...CHANGED, current: CURRENT },
  },
  'annotation-set-changed': {
    status: 412,
    explanation:
      "The set is not the one that If-Match names. `current` are the image's annotations as they are now, `differing_indexes` those that changed since that ETag (null if it is none of this set). Apply the changes to them and send `current_etag`; or send the number of the ETag you know as `base_version` and no If-Match, to have edits of different annotations merged.",
    example: 'The annotation set changed since it was read: its ETag is now "4".',
    members: { ...CHANGED, current: [CURRENT] },
  },
  'annotation-conflict': {
    status: 409,
    explanation:
      'Edits of the set concern annotations that somebody else changed, made or deleted since `base_version`; or, without one, an index that is taken or not there. Nothing was changed. Each is in `conflicts` with what was sent (null: to delete it), what the client started from (`base`) and what is there now (`current`), at most 100 of them; the others would have been merged. Decide, and send it again with `current_version` as base_version.',
    example: 'Some annotations are not what these edits start from. Nothing was changed.',
    errors: [
      {
        pointer: '#/replace/0',
        detail: 'annotation 0 was changed at 2026-03-01T08:31:00.000Z',
      },
    ],
    members: {
      current_etag: '"4"',
      current_version: 4,
      conflicts: [
        {
          index: 0,
          pointer: '#/replace/0',
          sent: SENT,
          base: { ...SENT, instrument: 'needle holder' },
          current: CURRENT,
          changed_at: '2026-03-01T08:31:00.000Z',
          changed_by: 'ada',
        },
      ],
    },
  },
  'unknown-base-version': {
    status: 422,
    explanation:
      'The set has never been at the version that `base_version` names. It is the number in the ETag of the set, before a dot.',
    example: 'The set is at version 4: no one can have read a later one.',
    errors: [{ pointer: '#/base_version', detail: 'must not be greater than 4' }],
  },
};
