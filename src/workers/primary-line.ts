import {
  isReplies,
  type News,
  NEWS,
  type Replies,
  type Reply,
  type Request,
  type Requests,
  type Topic,
} from './topic.js';

/** What a worker's end of the channel to the primary must be able to do. */
export interface Channel {
  send(message: Requests): void;
  receive(listener: (message: unknown) => void): void;
}

/** What the primary lends for a while. */
export interface Loan<A> {
  readonly answer: A;
  /** To be called once. A worker that dies gives everything back. */
  readonly giveBack: () => void;
}

interface Waiting {
  answered: (answer: unknown) => void;
  failed: (error: Error) => void;
}

/** A worker's line to the primary, which keeps what all workers of the service share. */
export class PrimaryLine {
  private readonly waiting = new Map<number, Waiting>();
  private outbox: Request[] = [];
  private last = 0;
  private stop: () => void = () => undefined;
  private readonly listeners = new Map<string, (payload: string) => void>();

  constructor(private readonly channel: Channel) {
    channel.receive((message) => {
      if (isReplies(message)) this.hear(message);
    });
  }

  /** @param stop called when the primary says that this worker is to end */
  onStop(stop: () => void): void {
    this.stop = stop;
  }

  /** Tells all other workers. @returns when they have acted on it, or at the latest after a second */
  async tell(channel: string, payload: string): Promise<void> {
    await this.ask(NEWS, { channel, payload });
  }

  /** @param listener called with what other workers tell; what it does must be done when it returns */
  onNews(channel: string, listener: (payload: string) => void): void {
    this.listeners.set(channel, listener);
  }

  /** Asks something. @throws the signal's reason; Error when the primary could not answer */
  async ask<Q, A>(topic: Topic<Q, A>, question: Q, signal?: AbortSignal): Promise<A> {
    signal?.throwIfAborted();
    return this.answer<A>(this.say(topic, question), signal);
  }

  /**
   * Asks for something that is held until it is given back, and waits until it is there.
   * @throws as `ask` does; then there is nothing to give back
   */
  async borrow<Q, A>(topic: Topic<Q, A>, question: Q, signal?: AbortSignal): Promise<Loan<A>> {
    signal?.throwIfAborted();
    const id = this.say(topic, question);
    const giveBack = () => this.post({ id, isOver: true });
    try {
      return { answer: await this.answer<A>(id, signal), giveBack };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  private say<Q, A>({ name }: Topic<Q, A>, question: Q): number {
    const id = (this.last += 1);
    this.post({ id, topic: name, question });
    return id;
  }

  private answer<A>(id: number, signal: AbortSignal | undefined): Promise<A> {
    return new Promise<A>((resolve, reject) => {
      const gaveUp = () => {
        this.waiting.delete(id);
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', gaveUp, { once: true });
      this.waiting.set(id, {
        answered: (answer) => {
          signal?.removeEventListener('abort', gaveUp);
          resolve(answer as A);
        },
        failed: (error) => {
          signal?.removeEventListener('abort', gaveUp);
          reject(error);
        },
      });
    });
  }

  private post(request: Request): void {
    this.outbox.push(request);
    // After everything that has arrived with it, which asks something too.
    if (this.outbox.length === 1) setImmediate(() => this.flush());
  }

  private flush(): void {
    const requests = this.outbox;
    this.outbox = [];
    this.channel.send({ requests });
  }

  private hear({ replies, stop }: Replies): void {
    for (const reply of replies) this.hearOne(reply);
    if (stop) this.stop();
  }

  private hearNews(id: number, { channel, payload }: News): void {
    this.listeners.get(channel)?.(payload);
    this.post({ id, isHeard: true });
  }

  private hearOne(reply: Reply): void {
    if ('news' in reply) {
      this.hearNews(reply.id, reply.news);
      return;
    }
    const waiting = this.waiting.get(reply.id);
    // Nobody waits any more.
    if (!waiting) return;
    this.waiting.delete(reply.id);
    if ('fault' in reply) waiting.failed(new Error(`The primary process says: ${reply.fault}`));
    else waiting.answered(reply.answer);
  }
}
