import { DomainError } from '../errors/domain-error.js';

/** No user has this id (404). */
export class UserNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'user-not-found';
  constructor(id: string) {
    super(`No user has the id "${id}".`);
  }
}

/** A user with this id exists already (409). */
export class UserExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'user-exists';
  constructor(id: string) {
    super(`A user with the id "${id}" exists already.`);
  }
}

/** Images still name the user, so it cannot be deleted (409). */
export class UserInUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'user-in-use';
  constructor(id: string) {
    super(`Images still name the user "${id}" (those in the trash count too).`);
  }
}
