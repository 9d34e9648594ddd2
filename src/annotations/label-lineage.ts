import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** That a label was called something else, or merged into another one, from one moment on. */
export interface LabelStep {
  at: Date;
  by: string | null;
  action: 'renamed' | 'merged';
  from: string;
  to: string;
}

/**
 * The rest of a common table `lineage (origin, label, since)` that begins with labels as their own origin, since 0: in its
 * place, which label came after each of them by a merge, and since which change.
 */
export const MERGED_SINCE = `
  SELECT lineage.origin, changes.target_id, changes.id
    FROM lineage JOIN instrument_changes AS changes ON changes.instrument_id = lineage.label
                                                   AND changes.target_id IS NOT NULL AND changes.id > lineage.since`;

/** To be joined to `lineage`: what changed the name of the labels in it, as long as they were in their place. */
export const CHANGES_OF_LINEAGE = `instrument_changes AS changes
    ON changes.instrument_id = lineage.label AND changes.id > lineage.since
   AND changes.action IN ('renamed', 'merged')`;

interface StepRow extends LabelStep {
  origin: string;
}

/** What labels have been called in the course of time, over renames and merges. */
@Injectable()
export class LabelLineage {
  constructor(private readonly dataSource: DataSource) {}

  /** By the id of each label, what was done to its name, the oldest first; one whose name never changed is left out. */
  async stepsOf(labelIds: readonly string[]): Promise<Map<string, LabelStep[]>> {
    const rows = await this.dataSource.manager.query<StepRow[]>(
      `WITH RECURSIVE lineage (origin, label, since) AS (
         SELECT id, id, 0::bigint FROM unnest($1::bigint[]) AS id UNION ${MERGED_SINCE}
       )
       SELECT lineage.origin, changes.at, changes.by, changes.action, changes.from_name AS "from", changes.to_name AS "to"
         FROM lineage JOIN ${CHANGES_OF_LINEAGE}
        ORDER BY changes.id`,
      [[...new Set(labelIds)]],
    );
    const steps = new Map<string, LabelStep[]>();
    for (const { origin, ...step } of rows) steps.set(origin, [...(steps.get(origin) ?? []), step]);
    return steps;
  }
}

/**
 * Of what was done to the name of a label, what became of one name that it had.
 * @param steps the oldest first
 * @param name what it was called at the time `from`
 * @param until left out, up to now
 */
export function stepsFrom(
  steps: readonly LabelStep[],
  name: string,
  from: Date,
  until?: Date,
): LabelStep[] {
  const taken: LabelStep[] = [];
  let current = name;
  for (const step of steps) {
    // Who stored the label a moment after it was renamed may have looked at the clock a moment before.
    if (step.at < from || (until && step.at > until) || step.from !== current) continue;
    taken.push(step);
    current = step.to;
  }
  return taken;
}
