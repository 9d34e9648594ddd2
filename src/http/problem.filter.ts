import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
} from '@nestjs/common';
import type { Request, Response } from 'express';
import { DatabaseUnavailable } from '../database/database-connection.errors.js';
import { isDatabaseUnavailable, reasonOf } from '../database/database-errors.js';
import { DomainError } from '../errors/domain-error.js';
import { answerEarly } from './early-answer.js';
import { hasBody } from './request-body.js';
import { PROBLEM_JSON, type Problem, problemOf, titleOf } from './problem.js';
import { RangeNotSatisfiable } from './representation/representation.errors.js';

const RETRY_AFTER_S = 2;
// RFC 6750 section 3: no error is named to who sent no credential.
const CHALLENGE = 'Bearer realm="loupe"';
const CHALLENGE_AFTER_REFUSAL = `${CHALLENGE}, error="invalid_token"`;

/** Answers every error as RFC 9457 has it; what nobody expected is a bare 500, logged once in full. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  private readonly logger = new Logger(ProblemFilter.name);

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<Request>();
    const response = host.switchToHttp().getResponse<Response>();
    // The client is gone: there is nobody left to tell, and nothing is wrong here.
    if (response.destroyed || request.socket.destroyed) return;
    const problem = this.problemFor(error, request);
    if (response.headersSent) {
      // A download that breaks off half way must not look complete.
      response.destroy();
      return;
    }
    if (problem.status === 429 || problem.status === 503)
      response.setHeader('Retry-After', retryAfterS(error) ?? RETRY_AFTER_S);
    if (problem.status === 401) response.setHeader('WWW-Authenticate', challengeFor(request));
    if (error instanceof RangeNotSatisfiable)
      response.setHeader('Content-Range', `bytes */${error.bytes}`);
    response.removeHeader('ETag');
    response.removeHeader('Content-Disposition');
    response.setHeader('Cache-Control', 'no-store');
    response.status(problem.status).type(PROBLEM_JSON);
    if (request.complete || !hasBody(request)) response.send(JSON.stringify(problem));
    else answerEarly(request, response, JSON.stringify(problem));
  }

  private problemFor(error: unknown, request: Request): Problem {
    const requestId = typeof request.id === 'string' ? request.id : '';
    if (isDatabaseUnavailable(error)) {
      this.logger.warn({ reason: reasonOf(error), requestId }, 'the database did not answer');
      return problemOf(new DatabaseUnavailable(), requestId);
    }
    if (error instanceof DomainError) return problemOf(error, requestId);
    if (error instanceof HttpException) return frameworkProblem(error, request, requestId);
    this.logger.error({ err: error, request_id: requestId }, 'unexpected fault');
    return plain(500, 'internal-error', requestId);
  }
}

function retryAfterS(error: unknown): number | undefined {
  return error instanceof DomainError ? error.retryAfterS : undefined;
}

function challengeFor({ headers }: Request): string {
  const sentOne = headers.authorization !== undefined || headers['x-api-key'] !== undefined;
  return sentOne ? CHALLENGE_AFTER_REFUSAL : CHALLENGE;
}

const MALFORMED_PATH =
  'The path has a percent sign that is not followed by two hexadecimal digits of UTF-8.';

function plain(status: number, code: string, instance: string, detail?: string): Problem {
  return {
    type: `/problems/${code}`,
    title: titleOf(code),
    status,
    ...(detail ? { detail } : {}),
    instance,
  };
}

function frameworkProblem(error: HttpException, request: Request, requestId: string): Problem {
  const status = error.getStatus();
  if (status === 404)
    return plain(
      404,
      'route-not-found',
      requestId,
      `There is no ${request.method} ${request.path}. (A slash inside a key is %2F in a path.)`,
    );
  // Nest turns the URIError of Express's router into this.
  if (status === 400 && error.message.startsWith('Failed to decode param'))
    return plain(400, 'malformed-path', requestId, MALFORMED_PATH);
  if (status === 400) return plain(400, 'malformed-request', requestId, error.message);
  return plain(status, status >= 500 ? 'internal-error' : 'malformed-request', requestId);
}
