import type { ProblemEntry } from './problem-entry.js';

/** The problems about comments. */
export const COMMENT_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'comment-not-found': {
    status: 404,
    explanation: 'The image has no comment of this id, or none any more.',
    example: 'The image "tray-7/front" has no comment "0198f2c4-7b1e-7c3a-9d52-3f6a1c0e8b47".',
  },
  'unknown-annotation': {
    status: 422,
    explanation: 'The comment names an annotation that the image does not have, or not any more.',
    example: 'The comment is about an annotation that does not exist.',
    errors: [{ pointer: '#/annotation_index', detail: 'the image has no annotation 7' }],
  },
  'not-the-author': {
    status: 403,
    explanation:
      'Somebody else wrote the comment: only they, or an admin, change its text or delete it. Every annotator may resolve it.',
    example: 'Only who wrote a comment, or an admin, changes its text or deletes it.',
  },
};
