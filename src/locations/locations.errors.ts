import { DomainError } from '../errors/domain-error.js';

/** No location has this id (404). */
export class LocationNotFound extends DomainError {
  readonly kind = 'not-found';
  readonly code = 'location-not-found';
  constructor(id: string) {
    super(`No location has the id "${id}".`);
  }
}

/** A location with this id exists already (409). */
export class LocationExists extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'location-exists';
  constructor(id: string) {
    super(`A location with the id "${id}" exists already.`);
  }
}

/** Images still name the location, so it cannot be deleted (409). */
export class LocationInUse extends DomainError {
  readonly kind = 'conflict';
  readonly code = 'location-in-use';
  constructor(id: string) {
    super(`Images still name the location "${id}" (those in the trash count too).`);
  }
}
