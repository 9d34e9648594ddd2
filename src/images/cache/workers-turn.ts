import type { PrimaryLine } from '../../workers/primary-line.js';
import { TURNS } from '../../workers/turns.js';
import { within } from '../deadline.js';
import { TookTooLong } from '../image-file.errors.js';

/** Lets one worker at a time do what would else be done several times; where there is one process, nobody waits. */
export class WorkersTurn {
  constructor(
    private readonly line: PrimaryLine | undefined,
    private readonly patienceMs: number,
  ) {}

  /** Whether another worker may just have done the same. */
  get isShared(): boolean {
    return this.line !== undefined;
  }

  /**
   * Waits for the turn to do something under a name.
   * @returns what ends the turn
   * @throws TookTooLong, or the signal's reason
   */
  async await(name: string, signal: AbortSignal): Promise<() => void> {
    const { line } = this;
    if (!line) return () => undefined;
    const late = () => new TookTooLong();
    const turn = await within(this.patienceMs, late, signal, (patience) =>
      line.borrow(TURNS, name, patience),
    );
    return turn.giveBack;
  }

  /** Does something in its turn. @throws as `await` does, or what `work` throws */
  async during<T>(name: string, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const end = await this.await(name, signal);
    return work().finally(end);
  }
}
