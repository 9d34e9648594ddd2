import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { type Agent, type IncomingMessage, request as open } from 'node:http';
import { buffer } from 'node:stream/consumers';

export interface Asked {
  path: string;
  method?: string;
  headers?: Record<string, string>;
}

/** An answer as it came: names of headers as they are spelt, and every byte. */
export interface ExactAnswer {
  status: number;
  headers: [name: string, value: string][];
  body: Buffer;
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Asks for something and takes the answer as it comes. */
export async function askExactly(
  url: string,
  { path, method = 'GET', headers = {} }: Asked,
  agent: Agent,
): Promise<ExactAnswer> {
  const request = open(url, { path, method, headers, agent });
  request.end();
  const [response] = (await once(request, 'response').catch((cause: unknown) => {
    throw new Error(`no answer to ${JSON.stringify({ method, path, headers })}`, { cause });
  })) as [IncomingMessage];
  const { rawHeaders, statusCode = 0 } = response;
  const names = rawHeaders.filter((_, place) => place % 2 === 0);
  const values = rawHeaders.filter((_, place) => place % 2 === 1);
  return {
    status: statusCode,
    headers: names.map((name, place) => [name, values[place]!]),
    body: await buffer(response),
  };
}

/** The value of a header, whose name is spelt so. */
export function valueIn(headers: ExactAnswer['headers'], wanted: string): string | undefined {
  return headers.find(([name]) => name === wanted)?.[1];
}

/** What must be equal in two answers to the same request: all but the date, the id of the request, and the times. */
export function comparable({ status, headers, body }: ExactAnswer) {
  const id = headers.find(([name]) => name === 'X-Request-Id')?.[1] ?? '';
  const boundary = headers.map(([, value]) => /boundary=(.+)/.exec(value)?.[1]).find(Boolean) ?? '';
  const bare = (text: string) =>
    text.replaceAll(id, '<id>').replaceAll(boundary || id, '<boundary>');
  return {
    status,
    headers: headers
      .filter(([name]) => name !== 'Date')
      .map(([name, value]) => [name, bare(untimed(name, value))])
      .sort(([a = ''], [b = '']) => (a < b ? -1 : 1)),
    idIsOurs: UUID.test(id),
    body: bare(body.toString('latin1')),
  };
}

/**
 * Whether times are told counts, not what they are: one service may have made what another one has in memory, and
 * counts requests since a moment later.
 */
function untimed(name: string, value: string): string {
  if (name === 'Server-Timing' || name === 'RateLimit-Reset') return '';
  return name === 'RateLimit' ? value.replace(/;t=\d+/, '') : value;
}

/** A line of the log without what is of one request only. */
export function untimedLine(line: string): string {
  return line
    .replace(/"time":"[^"]+"/, '"time":""')
    .replace(/"request_id":"[^"]+"/, '"request_id":""')
    .replace(/"time_ms":\d+/, '"time_ms":0');
}

/** The address of a picture signed with a secret: the format that `FileAddresses` states. */
export function signedWith(
  secret: string,
  path: string,
  key: string,
  clientId = 'st-james',
  expires = 9_999_999_999,
): string {
  const mac = createHmac('sha256', secret)
    .update(JSON.stringify(['image-file', expires, clientId, key]))
    .digest('base64url');
  const client = Buffer.from(clientId).toString('base64url');
  return `${path}${path.includes('?') ? '&' : '?'}signature=${expires}.${client}.${mac}`;
}
