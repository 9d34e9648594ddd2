import type { Contract } from '../contract.js';
import type { Outcome, RawAnswer } from './raw-exchange.js';
import type { Request } from './requests.js';

/** 503 is documented for these; under one client at a time they must be rare. */
const OVERLOAD = new Set(['overloaded']);

/** Judges what came back, and counts it. */
export class Judge {
  /** How often each status came; `closed` stands for connections closed without an answer. */
  readonly counts = new Map<string, number>();

  constructor(private readonly contract: Contract) {}

  /** How many 503s there were. */
  get overloads(): number {
    return this.counts.get('503') ?? 0;
  }

  /** @throws Error saying what is wrong with the answer to an honest request */
  honest({ method, target }: Pick<Request, 'method' | 'target'>, outcome: Outcome): RawAnswer {
    this.count(outcome);
    if (typeof outcome === 'string') throw new Error(`${method} ${target}: no answer, ${outcome}`);
    this.assertNoFault(outcome);
    const path = target.split('?')[0]!;
    // Dot segments are the client's business to resolve: what reaches the service unresolved is just a path.
    const isPlain = new URL(path, 'http://localhost').pathname === path;
    if (isPlain && method !== 'OPTIONS')
      this.contract.assertDocumented(method, path, outcome.status, outcome.headers, outcome.body);
    return outcome;
  }

  /** @throws Error saying what is wrong with what came of bytes that nobody should send */
  hostile(outcome: Outcome): void {
    this.count(outcome);
    if (outcome === 'refused') throw new Error('the service is gone');
    if (outcome === 'silent') throw new Error('the connection was left open without an answer');
    if (outcome !== 'closed') this.assertNoFault(outcome);
  }

  private assertNoFault({ status, headers, body }: RawAnswer): void {
    if (!(status >= 200)) throw new Error(`no HTTP answer: ${body.toString('latin1', 0, 200)}`);
    if (status < 500) return;
    const text = body.toString('utf8', 0, 500);
    const code = /"\/problems\/([a-z-]+)"/.exec(text)?.[1] ?? '';
    const isDocumented =
      status === 503 && OVERLOAD.has(code) && headers['retry-after'] !== undefined;
    if (!isDocumented) throw new Error(`a ${status}: ${text}`);
  }

  private count(outcome: Outcome): void {
    const name = typeof outcome === 'string' ? outcome : String(outcome.status);
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }
}

/** What can be pasted into a shell to send the same bytes once more. */
export function reproduction(base: string, bytes: Uint8Array): string {
  const { hostname, port } = new URL(base);
  const encoded = Buffer.from(bytes).toString('base64');
  const readable = Buffer.from(bytes)
    .toString('latin1')
    .slice(0, 600)
    .replaceAll(/[^\x20-\x7e\n]/g, '.');
  return `${readable}\n\n  echo ${encoded} | base64 -d | nc -N ${hostname} ${port}\n`;
}
