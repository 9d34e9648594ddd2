import { randomUUID } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { PROBLEM_JSON, titleOf } from './problem.js';
import { DATA_ONLY } from './security-headers.js';

interface ParserError extends Error {
  code?: string;
}

interface Refusal {
  status: number;
  code: string;
  detail: string;
}

const REASONS: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  408: 'Request Timeout',
  417: 'Expectation Failed',
  431: 'Request Header Fields Too Large',
};

/** Answers as problems what Node itself refuses: before there is a request (RFC 9112), or for what it expects. */
export function answerParserErrors(server: Server, maxHeaderBytes: number): void {
  server.on('clientError', (error: ParserError, socket: Socket) => {
    // Reset by the client, or already being answered.
    if (!socket.writable || error.code === 'ECONNRESET' || socket.bytesWritten > 0) {
      socket.destroy();
      return;
    }
    answer(socket, meaningOf(error.code, maxHeaderBytes));
  });
  server.on('checkExpectation', ({ socket }: IncomingMessage) => answer(socket, UNMET));
}

// RFC 9110 section 10.1.1 knows one expectation, 100-continue, and Node.js meets that.
const UNMET: Refusal = {
  status: 417,
  code: 'expectation-failed',
  detail: 'The service meets no expectation but 100-continue.',
};

function answer(socket: Socket, { status, code, detail }: Refusal): void {
  const instance = randomUUID();
  const problem = { type: `/problems/${code}`, title: titleOf(code), status, detail, instance };
  const body = JSON.stringify(problem);
  const head = [
    `HTTP/1.1 ${status} ${REASONS[status] ?? ''}`,
    `Content-Type: ${PROBLEM_JSON}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
    'X-Content-Type-Options: nosniff',
    `Content-Security-Policy: ${DATA_ONLY}`,
    'Referrer-Policy: no-referrer',
    `X-Request-Id: ${instance}`,
    'Cache-Control: no-store',
    'Connection: close',
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`);
}

function meaningOf(parserCode: string | undefined, maxHeaderBytes: number): Refusal {
  if (parserCode === 'HPE_HEADER_OVERFLOW')
    return {
      status: 431,
      code: 'header-too-large',
      detail: `The request line and the header together are larger than ${maxHeaderBytes} bytes.`,
    };
  if (parserCode === 'ERR_HTTP_REQUEST_TIMEOUT')
    return { status: 408, code: 'header-too-slow', detail: 'The header did not arrive in time.' };
  return {
    status: 400,
    code: 'malformed-request',
    detail: 'The request could not be read as HTTP.',
  };
}
