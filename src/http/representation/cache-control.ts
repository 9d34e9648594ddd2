const A_YEAR_S = 31_536_000;

/**
 * How long caches may keep what is at an address without asking.
 * @param isVersioned the address is good for these very bytes only
 * @param isPrivate who has the address or the credential is let in, and nobody else is to profit from that
 */
export function cacheControlOf(isVersioned: boolean, isPrivate: boolean): string {
  const scope = isPrivate ? 'private' : 'public';
  return isVersioned ? `${scope}, max-age=${A_YEAR_S}, immutable` : `${scope}, no-cache`;
}
