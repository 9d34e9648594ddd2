import type { EntityManager } from 'typeorm';
import type { ImageFilter } from '../image.js';

/**
 * The ids of the labels that a filter names. They are looked up beforehand, because the planner knows how often
 * an id occurs, but not a name that it has to join: it would search all images for a label that hardly any has.
 */
export class LabelIds {
  private constructor(private readonly byName: ReadonlyMap<string, string>) {}

  static async namedBy(manager: EntityManager, filter: ImageFilter): Promise<LabelIds> {
    const names = [filter.instruments, filter.allInstruments, filter.noneOfInstruments].flatMap(
      (some) => some ?? [],
    );
    if (names.length === 0) return new LabelIds(new Map());
    const rows = await manager.query<{ id: string; name: string }[]>(
      'SELECT id, name FROM instruments WHERE name = ANY($1)',
      [names],
    );
    return new LabelIds(new Map(rows.map(({ id, name }) => [name, id])));
  }

  /** Of each label that images must carry, or of all of which they must carry one. */
  requiredBy({ instruments, allInstruments = [] }: ImageFilter): string[][] {
    const required = allInstruments.map((name) => this.of([name]));
    return instruments ? [...required, this.of(instruments)] : required;
  }

  /** Of the labels of which an annotation must carry one; undefined: any. */
  wanted({ instruments }: ImageFilter): string[] | undefined {
    return instruments && this.of(instruments);
  }

  /** Those of these names; a label that nothing ever carried has none. */
  of(names: readonly string[]): string[] {
    return names.flatMap((name) => this.byName.get(name) ?? []);
  }
}
