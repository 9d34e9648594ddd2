import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import { sharingOneDeadline } from '../../database/deadline/database-time.js';
import type { Drain } from '../drain.js';
import { requestIdOf } from '../request-id.js';
import { isPlain } from './plain-request.js';
import type { LaneRequest, QuickRead, QuickReads } from './quick-reads.js';
import type { LaneAnswer, ReadyAnswer, ReadyAnswers } from './ready-answers.js';

/** What Express makes requests of: `ip` and `app` come from there. */
export type RequestPrototype = Pick<Request, 'app'>;

/** Is told of each answer that has been sent, or that nobody waits for any more. */
export type Witness = (
  request: LaneRequest,
  response: ServerResponse,
  sent: { ms: number; bytes: number | null },
) => void;

/**
 * Gives answers ahead of the router, which costs more than they do: those that are in memory, and those that are one
 * statement away. They are those that the router would give; whatever is not certain goes its way untouched.
 */
export class HotLane {
  constructor(
    private readonly answers: ReadyAnswers,
    private readonly reads: QuickReads,
    private readonly drain: Drain,
    private readonly witness: Witness,
    private readonly prototype: RequestPrototype,
  ) {}

  /** @param otherwise leads to the router */
  handle(request: IncomingMessage, response: ServerResponse, otherwise: () => void): void {
    if (this.drain.isAnnounced) {
      otherwise();
      return;
    }
    const answer = isPlain(request) ? this.answers.find(request) : undefined;
    if (answer) {
      this.giveReady(answer, request, response, otherwise);
      return;
    }
    const read = this.reads.find(request);
    if (!read) otherwise();
    // The router, should it have to answer, waits for the database no longer than it would have by itself.
    else
      sharingOneDeadline(
        () => response.closed,
        () => void this.giveRead(read, request, response, otherwise),
      );
  }

  private giveReady(
    answer: ReadyAnswer,
    request: IncomingMessage,
    response: ServerResponse,
    otherwise: () => void,
  ): void {
    const begunAt = performance.now();
    const seen = this.seenByExpress(request, answer.route);
    if (!answer.count) this.give(answer, seen, response, begunAt);
    else
      void answer.count(seen).then((counted) => {
        if (!counted) otherwise();
        else {
          const headers = [...counted, ...answer.headers];
          this.give({ ...answer, headers }, seen, response, begunAt);
        }
      });
  }

  private async giveRead(
    read: QuickRead,
    request: IncomingMessage,
    response: ServerResponse,
    otherwise: () => void,
  ): Promise<void> {
    const begunAt = performance.now();
    const seen = this.seenByExpress(request, read.route);
    this.drain.begin();
    // What fails here fails there too, and is told there.
    const answer = await read.answer(seen).catch(() => undefined);
    if (answer) this.give(answer, seen, response, begunAt);
    else {
      response.once('finish', () => read.learn(response));
      otherwise();
    }
    // Not before the router, or the answer itself, has begun.
    this.drain.end();
  }

  /** The request itself stays as it came: to exchange its prototype makes everything slow that Node.js does with it. */
  private seenByExpress(
    { method, url, headers, socket }: IncomingMessage,
    path: string,
  ): LaneRequest {
    const seen = Object.create(this.prototype) as LaneRequest;
    seen.method = method ?? '';
    seen.url = url ?? '';
    seen.originalUrl = seen.url;
    seen.headers = headers;
    seen.socket = socket;
    seen.route = { path };
    seen.id = requestIdOf(seen);
    return seen;
  }

  private give(
    { status, headers, body }: LaneAnswer,
    request: LaneRequest,
    response: ServerResponse,
    begunAt: number,
  ): void {
    this.drain.begin();
    response.on('close', () => {
      this.drain.end();
      const ms = performance.now() - begunAt;
      const bytes = body === undefined ? null : Buffer.byteLength(body);
      this.witness(request, response, { ms, bytes });
    });
    response.writeHead(status, ['X-Request-Id', request.id, ...headers]);
    response.end(body);
  }
}
