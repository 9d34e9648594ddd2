import { DomainError } from '../errors/domain-error.js';

/** No problem has this code (404). */
export class ProblemNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'problem-not-found';
  constructor(code: string) {
    super(`No problem has the code "${code}".`);
  }
}
