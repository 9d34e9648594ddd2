import type { EntityManager } from 'typeorm';
import type { ImageFilter } from '../image.js';

/** The ids of one label: of the label itself, and of those that were merged into it. */
interface Ids {
  /** By which annotations name it. */
  carried: string[];
  /** Under which images are listed: its own one, and those that were merged a moment ago. */
  listed: string[];
}

/**
 * The ids of the labels that a filter names. They are looked up beforehand, because the planner knows how often
 * an id occurs, but not a name that it has to join: it would search all images for a label that hardly any has.
 */
export class LabelIds {
  private constructor(private readonly byName: ReadonlyMap<string, Ids>) {}

  static async namedBy(manager: EntityManager, filter: ImageFilter): Promise<LabelIds> {
    const names = [filter.instruments, filter.allInstruments, filter.noneOfInstruments].flatMap(
      (some) => some ?? [],
    );
    if (names.length === 0) return new LabelIds(new Map());
    const rows = await manager.query<({ name: string } & Ids)[]>(
      `SELECT label.name, label.id || array_agg(merged.id) FILTER (WHERE merged.id IS NOT NULL) AS carried,
              label.id || array_agg(merged.id) FILTER (WHERE merged.relisting) AS listed
         FROM instruments label LEFT JOIN instruments merged ON merged.merged_into = label.id
        WHERE label.name = ANY($1) AND label.removed_at IS NULL
        GROUP BY label.id`,
      [names],
    );
    return new LabelIds(new Map(rows.map(({ name, ...ids }) => [name, ids])));
  }

  /** Of each label that images must carry, or of all of which they must carry one: under what those are listed. */
  requiredBy({ instruments, allInstruments = [] }: ImageFilter): string[][] {
    const required = allInstruments.map((name) => this.listed([name]));
    return instruments ? [...required, this.listed(instruments)] : required;
  }

  /** Those of which an annotation must name one; undefined: any. */
  wanted({ instruments }: ImageFilter): string[] | undefined {
    return instruments?.flatMap((name) => this.byName.get(name)?.carried ?? []);
  }

  /** Under what images are listed that carry one of these labels; one that nothing ever carried has none. */
  listed(names: readonly string[]): string[] {
    return names.flatMap((name) => this.byName.get(name)?.listed ?? []);
  }
}
