import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Request } from 'express';
import type { Logger } from 'pino';
import type { Drain } from '../drain.js';
import { requestIdOf } from '../request-id.js';
import { logRequest } from '../request-log.js';
import { isPlain } from './plain-request.js';
import type { ReadyAnswer, ReadyAnswers } from './ready-answers.js';

/** What Express makes requests of: `ip` and `app` come from there. */
export type RequestPrototype = Pick<Request, 'app'>;

type Seen = Request & { id: string };

/**
 * Gives answers that are in memory ahead of the router, which costs more than they do. They are those that the
 * router would give; whatever is not certain goes its way untouched.
 */
export class HotLane {
  constructor(
    private readonly answers: ReadyAnswers,
    private readonly drain: Drain,
    private readonly logger: Logger,
    private readonly prototype: RequestPrototype,
  ) {}

  /** @param otherwise leads to the router */
  handle(request: IncomingMessage, response: ServerResponse, otherwise: () => void): void {
    const isTaken = !this.drain.isAnnounced && isPlain(request);
    const answer = isTaken ? this.answers.find(request) : undefined;
    if (!answer) {
      otherwise();
      return;
    }
    const begunAt = Date.now();
    const seen = this.seenByExpress(request, answer.route);
    if (!answer.count) this.give(answer, seen, response, begunAt, []);
    else
      void answer.count(seen).then((counted) => {
        if (counted) this.give(answer, seen, response, begunAt, counted);
        else otherwise();
      });
  }

  /** The request itself stays as it came: to exchange its prototype makes everything slow that Node.js does with it. */
  private seenByExpress({ method, url, headers, socket }: IncomingMessage, path: string): Seen {
    const seen = Object.create(this.prototype) as Seen;
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
    { status, headers, body }: ReadyAnswer,
    request: Seen,
    response: ServerResponse,
    begunAt: number,
    counted: readonly string[],
  ): void {
    this.drain.begin();
    response.on('close', () => {
      this.drain.end();
      const ms = Date.now() - begunAt;
      logRequest(this.logger, request, response, { ms, bytes: body?.length ?? null });
    });
    response.writeHead(status, ['X-Request-Id', request.id, ...counted, ...headers]);
    response.end(body);
  }
}
