import { AsyncLocalStorage } from 'node:async_hooks';

/** How long a piece of work has waited for the database so far: what it does itself does not count. */
class DatabaseTime {
  private waits = 0;
  private waitingSince = 0;
  private waitedMs = 0;

  constructor(private readonly isOver: () => boolean) {}

  /** Milliseconds; waits at the same time count once. */
  get spentMs(): number {
    if (this.isOver()) return 0;
    return this.waitedMs + (this.waits > 0 ? performance.now() - this.waitingSince : 0);
  }

  begin(): void {
    if (this.waits === 0) this.waitingSince = performance.now();
    this.waits += 1;
  }

  end(): void {
    this.waits -= 1;
    if (this.waits === 0) this.waitedMs += performance.now() - this.waitingSince;
  }
}

const currentTime = new AsyncLocalStorage<DatabaseTime>();

/**
 * Lets everything that `work` asks the database share one deadline, waiting for connections included.
 * Without it every wait and every statement has the deadline for itself. Work that is part of such work shares that
 * one's.
 * @param isOver says whether the work is done: what goes on afterwards, a timer that was set meanwhile for
 *   example, has deadlines of its own
 */
export function sharingOneDeadline(isOver: () => boolean, work: () => void): void {
  if (currentTime.getStore()) work();
  else currentTime.run(new DatabaseTime(isOver), work);
}

/** Lets one piece of longer work have a deadline of its own, instead of what is left of the one it is part of. */
export function withDeadlineOfItsOwn<T>(work: () => Promise<T>): Promise<T> {
  return currentTime.run(new DatabaseTime(() => false), work);
}

/**
 * Begins to wait for the database.
 * @param deadlineMs for everything that shares it
 * @returns how many milliseconds are left (0: none), and what to call when it has answered
 */
export function waitForDatabase(deadlineMs: number): { leftMs: number; end: () => void } {
  const time = currentTime.getStore();
  const leftMs = Math.max(0, deadlineMs - (time?.spentMs ?? 0));
  time?.begin();
  return { leftMs, end: () => time?.end() };
}
