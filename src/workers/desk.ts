import { setTimeout as sleep } from 'node:timers/promises';
import {
  isRequests,
  type News,
  NEWS,
  type Replies,
  type Reply,
  type Request,
  type Topic,
} from './topic.js';

/** A worker that takes longer answers nobody meanwhile, and has looked everything up anew by then. */
const NEWS_PATIENCE_MS = 1_000;

/** A worker, as the primary sees it. */
export interface Visitor {
  /** Its place among the workers, from 1 on; who replaces it gets the same. */
  readonly number: number;
  send(replies: Replies): void;
}

type Clerk = (question: unknown, visitor: Visitor, over: AbortSignal) => unknown;

/** Where the primary answers what workers ask. */
export class Desk {
  private readonly clerks = new Map<string, { clerk: Clerk; lends: boolean }>();
  private readonly visits = new Set<Visit>();

  constructor() {
    this.answers(NEWS, async (news, teller) => {
      const others = [...this.visits].filter(({ visitor }) => visitor !== teller);
      await Promise.all(others.map((visit) => visit.tell(news)));
      return null;
    });
  }

  /** @param clerk finds the answer */
  answers<Q, A>(
    topic: Topic<Q, A>,
    clerk: (question: Q, visitor: Visitor) => A | Promise<A>,
  ): void {
    const lends = false;
    this.clerks.set(topic.name, { clerk: (question, who) => clerk(question as Q, who), lends });
  }

  /**
   * For what is held until it is given back.
   * @param clerk answers when it can be had; `over` fires when the worker gives it back, does not want it any
   *   more, or is gone
   */
  lends<Q, A>(topic: Topic<Q, A>, clerk: (question: Q, over: AbortSignal) => A | Promise<A>): void {
    this.clerks.set(topic.name, {
      clerk: (question, _visitor, over) => clerk(question as Q, over),
      lends: true,
    });
  }

  /** Serves a worker. */
  admit(visitor: Visitor): Visit {
    const find = (topic: string) => this.clerks.get(topic);
    const visit = new Visit(visitor, find, () => this.visits.delete(visit));
    this.visits.add(visit);
    return visit;
  }
}

const NOTHING_LENT = new AbortController().signal;

/** What goes on between the primary and one worker. */
export class Visit {
  private readonly loans = new Map<number, AbortController>();
  private outbox: Reply[] = [];
  private isOver = false;
  /** News that it has not confirmed. */
  private readonly unheard = new Map<number, () => void>();
  private lastNews = 0;

  constructor(
    readonly visitor: Visitor,
    private readonly find: (topic: string) => { clerk: Clerk; lends: boolean } | undefined,
    private readonly leave: () => void,
  ) {}

  /** @returns when the worker has heard it, is gone, or takes too long */
  async tell(news: News): Promise<void> {
    const id = (this.lastNews += 1);
    const patience = new AbortController();
    const { signal } = patience;
    const heard = new Promise<void>((resolve) => this.unheard.set(id, resolve));
    this.post({ id, news });
    const late = sleep(NEWS_PATIENCE_MS, undefined, { signal }).catch(() => undefined);
    await Promise.race([heard, late]);
    patience.abort();
    this.unheard.delete(id);
  }

  /** A message of the worker. */
  hear(message: unknown): void {
    if (!isRequests(message)) return;
    for (const request of message.requests) this.attend(request);
  }

  /** The worker is gone: whatever it holds is free. */
  end(): void {
    this.isOver = true;
    for (const loan of this.loans.values()) loan.abort();
    this.loans.clear();
    for (const heard of this.unheard.values()) heard();
    this.leave();
  }

  private attend(request: Request): void {
    const { id } = request;
    if ('isOver' in request) {
      this.loans.get(id)?.abort();
      this.loans.delete(id);
    } else if ('isHeard' in request) this.unheard.get(id)?.();
    else void this.answer(id, request.topic, request.question);
  }

  private async answer(id: number, topic: string, question: unknown): Promise<void> {
    try {
      const found = this.find(topic);
      if (!found) throw new Error(`Nobody knows about ${topic}.`);
      const over = found.lends ? this.loan(id) : NOTHING_LENT;
      this.post({ id, answer: await found.clerk(question, this.visitor, over) });
    } catch (error) {
      this.post({ id, fault: error instanceof Error ? error.message : String(error) });
    }
  }

  private loan(id: number): AbortSignal {
    const loan = new AbortController();
    this.loans.set(id, loan);
    return loan.signal;
  }

  private post(reply: Reply): void {
    if (this.isOver) return;
    this.outbox.push(reply);
    if (this.outbox.length === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const replies = this.outbox;
    this.outbox = [];
    if (!this.isOver) this.visitor.send({ replies });
  }
}
