import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { LaneAnswer } from './ready-answers.js';

/** A request with the properties of Express that say who sends it, and with its id. */
export type LaneRequest = Request & { id: string };

/** What is asked so often, and needs so little, that the router would be most of its cost. */
export interface QuickRead {
  /** The route's template, for the log. */
  route: string;
  /**
   * Reads the answer, and says to the request who sends it (`caller`).
   * @returns undefined unless it is certain what the router would answer; so does an error
   */
  answer(request: LaneRequest): Promise<LaneAnswer | undefined>;
  /** Is told how the router answered where this did not. */
  learn(response: ServerResponse): void;
}

/** Knows which requests are quick reads. */
export abstract class QuickReads {
  /** @returns undefined for all that only the router understands */
  abstract find(request: IncomingMessage): QuickRead | undefined;
}
