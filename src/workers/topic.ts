declare const QUESTION: unique symbol;
declare const ANSWER: unique symbol;

/** Something that workers ask the primary about: a question of `Q` is answered with an `A`, both as JSON. */
export interface Topic<Q, A> {
  readonly name: string;
  readonly [QUESTION]?: Q;
  readonly [ANSWER]?: A;
}

/**
 * What a worker sends: questions, that it needs no longer what it was lent in answer to one, and that it has heard
 * a piece of news.
 */
export type Request =
  | { readonly id: number; readonly topic: string; readonly question: unknown }
  | { readonly id: number; readonly isOver: true }
  | { readonly id: number; readonly isHeard: true };

/** What workers tell each other. */
export interface News {
  readonly channel: string;
  readonly payload: string;
}

/** Tells all other workers, and is answered when they have heard it. */
export const NEWS: Topic<News, null> = { name: 'news' };

/** What the primary sends. */
export type Reply =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly fault: string }
  | { readonly id: number; readonly news: News };

/** One message carries all that came together, since each costs a system call. */
export interface Requests {
  readonly requests: readonly Request[];
}

export interface Replies {
  readonly replies: readonly Reply[];
  /** The worker is to end. */
  readonly stop?: true;
}

/** Whether a message between the processes is of this kind; Node.js and launchers send others. */
export function isRequests(message: unknown): message is Requests {
  return typeof message === 'object' && message !== null && 'requests' in message;
}

export function isReplies(message: unknown): message is Replies {
  return typeof message === 'object' && message !== null && 'replies' in message;
}
