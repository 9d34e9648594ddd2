import { randomUUID } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON, titleOf } from './problem.js';

interface ParserError extends Error {
  code?: string;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  431: 'Request Header Fields Too Large',
};

/** Answers as a problem what Node's parser refuses before there is a request (RFC 9112). */
export function answerParserErrors(server: Server): void {
  server.on('clientError', (error: ParserError, socket: Socket) => {
    // Reset by the client, or already being answered.
    if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0) {
      socket.destroy();
      return;
    }
    const { status, code, detail } = meaningOf(error.code);
    const instance = randomUUID();
    const problem = { type: `/problems/${code}`, title: titleOf(code), status, detail, instance };
    const body = JSON.stringify(problem);
    const head = [
      `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`,
      `Content-Type: ${PROBLEM_JSON}`,
      `Content-Length: ${Buffer.byteLength(body)}`,
      'X-Content-Type-Options: nosniff',
      `X-Request-Id: ${instance}`,
      'Cache-Control: no-store',
      'Connection: close',
    ];
    socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
  });
}

function meaningOf(parserCode: string | undefined) {
  if (parserCode === 'HPE_HEADER_OVERFLOW')
    return {
      status: 431,
      code: 'header-too-large',
      detail: 'The request line and the header together are larger than 16 KiB.',
    };
  if (parserCode === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, code: 'header-too-slow', detail: 'The header did not arrive in time.' };
  return {
    status: 400,
    code: 'malformed-request',
    detail: 'The request could not be read as HTTP.',
  };
}
