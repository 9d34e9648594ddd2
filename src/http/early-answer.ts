import type { Request, Response } from 'express';

// As nginx's lingering_close has them: https://nginx.org/en/docs/http/ngx_http_core_module.html#lingering_close
// The longest stays below the time that the service has to end in.
const LONGEST_MS = 15_000;
const LONGEST_SILENCE_MS = 5_000;

/**
 * Sends a whole answer to a request whose body is still arriving, and goes on reading for a while, throwing
 * away what comes. To close the connection at once would reset it, because of the bytes that nobody took,
 * and a reset discards the answer before the client has read it (RFC 9112 section 9.6).
 */
export function answerEarly(request: Request, response: Response, text: string): void {
  response.setHeader('Connection', 'close');
  response.setHeader('Content-Length', Buffer.byteLength(text));
  // The client has all of it now; only the connection's end is put off.
  response.write(text);
  const end = () => {
    clearTimeout(longest);
    clearTimeout(silence);
    response.end();
  };
  const longest = setTimeout(end, LONGEST_MS);
  const silence = setTimeout(end, LONGEST_SILENCE_MS);
  request.on('data', () => silence.refresh());
  request.once('end', end);
  response.once('close', end);
  request.resume();
}
