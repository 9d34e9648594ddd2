import type { Desk } from '../workers/desk.js';
import type { Loan, PrimaryLine } from '../workers/primary-line.js';
import { untilAborted } from '../workers/turns.js';
import type { Topic } from '../workers/topic.js';
import { type Gate, unlessAborted } from './decode-gate.js';
import {
  type DecoderGates,
  decoderGates,
  type GateName,
  type TurnLimits,
} from './decoder-gates.js';
import { Overloaded } from './image-file.errors.js';

interface PermitOrder {
  gate: GateName;
  bytes: number;
  party?: string;
  isBackground: boolean;
}

interface Permit {
  /** False if too many wait already. */
  isGranted: boolean;
  retryAfterS: number;
}

const PERMITS: Topic<PermitOrder, Permit> = { name: 'decode-permits' };

/** A worker's gates: the primary says when what may begin, so that limits and turns are those of the service. */
export function sharedGates(line: PrimaryLine): DecoderGates {
  return {
    decodes: new SharedGate(line, 'decodes'),
    largeFiles: new SharedGate(line, 'largeFiles'),
    headers: new SharedGate(line, 'headers'),
  };
}

/** The primary's part: the gates themselves. What a worker had that died is free again. */
export function admitDecodes(desk: Desk, limits: TurnLimits): void {
  const gates = decoderGates(limits);
  desk.lends(PERMITS, ({ gate: name, bytes, party, isBackground }, over) => {
    const gate = gates[name];
    return new Promise<Permit>((resolve, reject) => {
      const held = () => {
        resolve({ isGranted: true, retryAfterS: gate.retryAfterS });
        return untilAborted(over);
      };
      const ended = isBackground
        ? gate.runInBackground(bytes, held, over)
        : gate.run(bytes, held, over, party);
      ended
        .catch((error: unknown) => {
          if (!(error instanceof Overloaded)) throw error;
          resolve({ isGranted: false, retryAfterS: error.retryAfterS });
        })
        .catch(reject);
    });
  });
}

/** One gate, as a worker sees it; it promises what `DecodeGate` does. */
class SharedGate implements Gate {
  /** Of this worker, as `waiting` is. */
  running = 0;
  waiting = 0;
  /** As the primary said last. */
  retryAfterS = 1;

  constructor(
    private readonly line: PrimaryLine,
    private readonly name: GateName,
  ) {}

  run<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal, party?: string): Promise<T> {
    const order = { gate: this.name, bytes, isBackground: false };
    return this.withPermit({ ...order, ...(party !== undefined && { party }) }, work, signal);
  }

  runInBackground<T>(bytes: number, work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return this.withPermit({ gate: this.name, bytes, isBackground: true }, work, signal);
  }

  private async withPermit<T>(
    order: PermitOrder,
    work: () => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const permit = await this.permit(order, signal);
    this.running += 1;
    const ended = work().finally(() => {
      this.running -= 1;
      permit.giveBack();
    });
    return signal ? unlessAborted(ended, signal) : ended;
  }

  /** @throws Overloaded, or the signal's reason */
  private async permit(order: PermitOrder, signal: AbortSignal | undefined): Promise<Loan<Permit>> {
    this.waiting += 1;
    try {
      const permit = await this.line.borrow(PERMITS, order, signal);
      const { isGranted, retryAfterS } = permit.answer;
      this.retryAfterS = retryAfterS;
      if (isGranted) return permit;
      permit.giveBack();
      throw new Overloaded(retryAfterS);
    } finally {
      this.waiting -= 1;
    }
  }
}
