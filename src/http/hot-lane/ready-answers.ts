import type { IncomingMessage } from 'node:http';

/** An answer as the router would give it. */
export interface LaneAnswer {
  status: 200 | 304;
  /** Names and values by turns, without what is of one request only (date, id). */
  headers: readonly string[];
  body?: Buffer | string;
}

/** One that is in memory. */
export interface ReadyAnswer extends LaneAnswer {
  /** The route's template, for the log. */
  route: string;
  /**
   * Counts the request, if requests are counted.
   * @returns further headers, or undefined: the request is to be refused
   */
  count?: (request: IncomingMessage) => Promise<readonly string[] | undefined>;
}

/** Knows answers by heart. */
export abstract class ReadyAnswers {
  /**
   * The answer that the router would give to a plain request (`isPlain`).
   * @returns undefined unless that is certain, and who calls may have it
   */
  abstract find(request: IncomingMessage): ReadyAnswer | undefined;
}
