import { readFileSync } from 'node:fs';

// Beside dist/ in the checkout and in the production image alike.
const PACKAGE = new URL('../../../package.json', import.meta.url);

/** The version of this service. */
export function versionOfThePackage(): string {
  const { version } = JSON.parse(readFileSync(PACKAGE, 'utf8')) as { version: string };
  return version;
}
