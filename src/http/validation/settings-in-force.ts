import { Environment } from '../../config/environment.js';

let inForce: Readonly<Environment> = new Environment();

/**
 * Rules of class-validator are written once, when their class is: what a setting decides they ask here, while
 * they are applied.
 */
export function settingsInForce(): Readonly<Environment> {
  return inForce;
}

/** Applies rules with the settings of a service. It must not wait in between: others would see them too. */
export function withSettings<T>(settings: Readonly<Environment>, apply: () => T): T {
  const before = inForce;
  inForce = settings;
  try {
    return apply();
  } finally {
    inForce = before;
  }
}
