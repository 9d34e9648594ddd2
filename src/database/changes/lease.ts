/** Milliseconds on clocks: one that only goes forward, and that of the calendar. */
export interface Clocks {
  steadyMs(): number;
  calendarMs(): number;
}

const OF_THIS_MACHINE: Clocks = {
  steadyMs: () => performance.now(),
  calendarMs: () => Date.now(),
};

/**
 * How long what was heard counts as all that there was to hear: for a while from when a beat was *sent*
 * that has come back. Whatever was committed before it came before it.
 */
export class Lease {
  private until: { steadyMs: number; calendarMs: number } | undefined;

  constructor(
    private readonly ms: number,
    private readonly clocks = OF_THIS_MACHINE,
  ) {}

  get isValid(): boolean {
    if (this.until === undefined) return false;
    // The steady clock stands still while the machine is suspended, and the calendar may be set back.
    return (
      this.clocks.steadyMs() < this.until.steadyMs &&
      this.clocks.calendarMs() < this.until.calendarMs
    );
  }

  /** A beat is about to be sent. @returns what to call when it has come back */
  begin(): () => void {
    const steadyMs = this.clocks.steadyMs() + this.ms;
    const calendarMs = this.clocks.calendarMs() + this.ms;
    return () => {
      this.until = { steadyMs, calendarMs };
    };
  }

  /** Nothing counts any more. */
  end(): void {
    this.until = undefined;
  }
}
