import type { CurrentState } from '../../errors/precondition.js';
import type { AnnotationRecord } from '../annotation.js';

/**
 * When something changed last, and by whom: it was written, or a label of its annotations was renamed or merged, which
 * writes none of them.
 */
export function lastChange(
  written: { updatedAt: Date; updatedBy: string | null },
  annotations: readonly Pick<AnnotationRecord, 'renamedAt' | 'renamedBy'>[],
): Pick<CurrentState, 'changedAt' | 'changedBy'> {
  let [changedAt, changedBy] = [written.updatedAt, written.updatedBy];
  for (const { renamedAt, renamedBy } of annotations)
    if (renamedAt && renamedAt > changedAt) [changedAt, changedBy] = [renamedAt, renamedBy];
  return { changedAt, changedBy };
}
