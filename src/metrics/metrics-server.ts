import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import type { Environment } from '../config/environment.js';

/** Nothing can listen at METRICS_HOST and METRICS_PORT. */
export class MetricsUnreachable extends Error {
  constructor(options: { cause: Error }) {
    super(
      `Metrics cannot be offered there: ${options.cause.message}. Choose another place with METRICS_HOST and METRICS_PORT.`,
      options,
    );
    this.name = 'MetricsUnreachable';
  }
}

type Place = Pick<Environment, 'host' | 'metricsHost' | 'metricsPort' | 'metricsToken'>;

/** A Prometheus or two ask; no load is expected here. */
const MOST_CONNECTIONS = 32;
const PATH = '/metrics';

/**
 * Offers metrics to Prometheus, on a port of their own, until the process ends.
 * @param read gives them as text
 * @returns their address; undefined where they are not wanted
 * @throws MetricsUnreachable
 */
export async function offerMetrics(
  { host, metricsHost, metricsPort, metricsToken }: Place,
  read: () => Promise<string>,
): Promise<string | undefined> {
  if (metricsPort === undefined) return undefined;
  const server = createServer((request, response) => {
    void answer(request, response, metricsToken, read);
  });
  server.maxConnections = MOST_CONNECTIONS;
  try {
    server.listen(metricsPort, metricsHost ?? host);
    await once(server, 'listening');
  } catch (error) {
    throw new MetricsUnreachable({ cause: error as Error });
  }
  // A connection that could not be accepted is no reason to end the service.
  server.on('error', () => undefined);
  server.unref();
  const { address, family, port } = server.address() as AddressInfo;
  return `http://${family === 'IPv6' ? `[${address}]` : address}:${port}${PATH}`;
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  token: string | undefined,
  read: () => Promise<string>,
): Promise<void> {
  const say = (status: number, text: string, headers: Record<string, string> = {}) => {
    const body = `${text}\n`;
    response
      .writeHead(status, {
        'Content-Type': 'text/plain; charset=utf-8',
        'Content-Length': Buffer.byteLength(body),
        'Cache-Control': 'no-store',
        ...headers,
      })
      .end(body);
  };
  const { method, url = '', headers } = request;
  if (url.replace(/\?.*$/s, '') !== PATH) say(404, `There is nothing but ${PATH} here.`);
  else if (method !== 'GET' && method !== 'HEAD') say(405, 'GET only.', { Allow: 'GET, HEAD' });
  else if (token !== undefined && !isToken(headers.authorization, token))
    say(401, 'Authorization: Bearer and METRICS_TOKEN.', { 'WWW-Authenticate': 'Bearer' });
  else
    try {
      const text = await read();
      say(200, text.trimEnd(), { 'Content-Type': Registry.PROMETHEUS_CONTENT_TYPE });
    } catch (error) {
      say(500, `Measuring failed: ${error instanceof Error ? error.message : String(error)}`);
    }
}

function isToken(authorization: string | undefined, token: string): boolean {
  const sent = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  return sent !== undefined && timingSafeEqual(digest(sent), digest(token));
}

// Of one length, so that not even that can be measured.
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
