import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { Environment } from '../config/environment.js';
import type { Fault } from '../errors/domain-error.js';
import { jsonPointer } from '../errors/json-pointer.js';
import { UnknownInstrument, unknownInstrument } from './instruments.errors.js';
import { InstrumentsRepository } from './instruments.repository.js';

/** The labels that annotations may carry: any (INSTRUMENTS=open), or those that there are (closed). */
@Injectable()
export class Vocabulary {
  constructor(
    private readonly labels: InstrumentsRepository,
    private readonly environment: Environment,
  ) {}

  get isClosed(): boolean {
    return this.environment.instruments === 'closed';
  }

  /**
   * The ids of labels; an open vocabulary gets those that it lacks. They stay what they are until the transaction
   * ends.
   * @throws UnknownInstrument
   */
  async idsOf(manager: EntityManager, names: readonly string[]): Promise<Map<string, string>> {
    // Sorted, so that two transactions that make the same labels wait for each other in the same order.
    const wanted = [...new Set(names)].sort();
    if (wanted.length === 0) return new Map();
    const known = await this.labels.hold(manager, wanted);
    const missing = wanted.filter((name) => !known.has(name));
    if (missing.length === 0) return known;
    if (this.isClosed)
      throw new UnknownInstrument(
        missing.map((name) => ({ pointer: '#/instrument', detail: unknownInstrument(name) })),
      );
    await this.labels.make(manager, missing);
    return this.labels.hold(manager, wanted);
  }

  /**
   * Makes sure that a closed vocabulary has all labels of lists of annotations, and keeps them.
   * @param lists by what the client calls each
   * @throws UnknownInstrument naming each place
   */
  async assertKnown(
    manager: EntityManager,
    lists: Readonly<Record<string, readonly { instrument: string }[]>>,
  ): Promise<void> {
    if (!this.isClosed) return;
    const names = Object.values(lists).flatMap((drafts) => drafts.map((draft) => draft.instrument));
    const known = await this.labels.hold(manager, [...new Set(names)]);
    const faults = Object.entries(lists).flatMap(([list, drafts]) =>
      unknownIn(drafts, known, list),
    );
    if (faults.length > 0) throw new UnknownInstrument(faults);
  }

  /** The labels that a closed vocabulary lacks at the moment, in the words of each of several lists of annotations. */
  async findUnknown(
    manager: EntityManager,
    sets: readonly (readonly { instrument: string }[])[],
  ): Promise<Fault[][]> {
    if (!this.isClosed) return sets.map(() => []);
    const names = new Set(sets.flatMap((set) => set.map(({ instrument }) => instrument)));
    const known = await this.labels.find(manager, [...names]);
    return sets.map((set) => unknownIn(set, known));
  }

  /** What a label is called now; one that was merged, that into which it was; undefined if it was removed. */
  nameOf(manager: EntityManager, id: string): Promise<string | undefined> {
    return this.labels.nameOf(manager, id);
  }

  /** How often the labels of an image's annotations were renamed, all together. */
  renamesOf(manager: EntityManager, imageId: string): Promise<number> {
    return this.labels.renamesOf(manager, imageId);
  }

  /** The same for several images; one without a renamed label is not in the map. */
  renamesOfAll(manager: EntityManager, imageIds: readonly string[]): Promise<Map<string, number>> {
    return this.labels.renamesOfAll(manager, imageIds);
  }
}

function unknownIn(
  drafts: readonly { instrument: string }[],
  known: { has: (name: string) => boolean },
  list = 'annotations',
): Fault[] {
  return drafts.flatMap(({ instrument }, place) => {
    if (known.has(instrument)) return [];
    const pointer = jsonPointer([list, place, 'instrument']);
    return [{ pointer, detail: unknownInstrument(instrument) }];
  });
}
