import { createServer, type RequestListener, type ServerOptions } from 'node:http';
import type { Socket } from 'node:net';
import { ExpressAdapter } from '@nestjs/platform-express';
import type { Response } from 'express';
import type { Environment } from '../config/environment.js';
import { JsonText } from '../database/json-text.js';
import type { HotLane } from './hot-lane/hot-lane.js';
import { sendText } from './send-text.js';

const KEEP_ALIVE_MS = 65_000;
/** How late a slow header may be noticed. Node.js looks every 30 seconds by itself. */
const LOOK_MS = 1_000;

/** Express on a server of Node.js that has its limits from the settings; Nest would make one without. */
export class HttpServerAdapter extends ExpressAdapter {
  /** Leads past the router what it can answer by itself. */
  lane: HotLane | undefined;
  private readonly serverOptions: ServerOptions;
  private readonly silenceMs: number;

  constructor(environment: Environment) {
    super();
    const { maxHeaderBytes, headerTimeoutMs, uploadIdleTimeoutMs } = environment;
    this.silenceMs = uploadIdleTimeoutMs;
    this.serverOptions = {
      maxHeaderSize: maxHeaderBytes,
      headersTimeout: headerTimeoutMs,
      connectionsCheckingInterval: Math.min(LOOK_MS, headerTimeoutMs / 4),
      keepAliveTimeout: KEEP_ALIVE_MS,
      // An upload may take as long as it likes while bytes arrive: silence ends a connection, not a total time.
      requestTimeout: 0,
    };
  }

  // JSON that is ready goes out as it is; Express would look for what it could add to it.
  override reply(response: Response, body: unknown, statusCode?: number): unknown {
    if (!(body instanceof JsonText)) return super.reply(response, body, statusCode);
    if (statusCode) response.statusCode = statusCode;
    response.setHeader('Content-Type', 'application/json; charset=utf-8');
    sendText(response, body.parts);
    return undefined;
  }

  override initHttpServer(): void {
    const router = this.getInstance<RequestListener>();
    const { silenceMs } = this;
    const server = createServer(this.serverOptions, (request, response) => {
      // Who has said everything, and waits for an answer, may be silent: the work has deadlines of its own.
      response.on('timeout', (socket: Socket) => {
        if (request.complete && !response.headersSent) socket.setTimeout(silenceMs);
        else socket.destroy();
      });
      if (this.lane) this.lane.handle(request, response, () => router(request, response));
      else router(request, response);
    });
    server.timeout = silenceMs;
    this.setHttpServer(server);
  }
}
