import type { JWTPayload } from 'jose';
import type { AccessSettings } from '../config/settings/access.settings.js';
import { keyFault } from '../http/validation/text.js';
import { MAX_ID_BYTES } from '../http/validation/path-parameters.js';
import type { Identity } from './caller.js';
import { highestRole, type Role, ROLES } from './role.js';

/** OpenID Connect Core 1.0, section 2: a subject is no longer. */
const MAX_SUBJECT_CHARACTERS = 255;
const ALL_CLIENTS = '*';

export type ClaimSettings = Pick<
  AccessSettings,
  'oidcRoleClaim' | 'oidcRoleNames' | 'oidcClientsClaim'
>;

/**
 * Who the claims of a token say its bearer is. A token that names no role of ours is one whose bearer may do
 * nothing.
 * @returns undefined when its subject is none that could be written down
 */
export function identityOf(claims: JWTPayload, settings: ClaimSettings): Identity | undefined {
  const { sub } = claims;
  if (!isSubject(sub)) return undefined;
  return {
    name: `oidc:${sub}`,
    role: roleOf(claims, settings),
    clientIds: clientIdsOf(claims, settings),
  };
}

function isSubject(subject: unknown): subject is string {
  return (
    typeof subject === 'string' &&
    subject !== '' &&
    subject.length <= MAX_SUBJECT_CHARACTERS &&
    subject.isWellFormed() &&
    !/\p{Cc}/u.test(subject)
  );
}

function roleOf(claims: JWTPayload, settings: ClaimSettings): Role | null {
  const { oidcRoleClaim, oidcRoleNames } = settings;
  const roleNamed = namesOfRoles(oidcRoleNames);
  const claim = claimAt(claims, oidcRoleClaim);
  const names = typeof claim === 'string' ? claim.split(' ') : textsOf(claim);
  const roles = names.map((name) => roleNamed.get(name)).filter((role) => role !== undefined);
  return highestRole(roles) ?? null;
}

/** Where the issuer's names are given, ours mean nothing: its "admin" may be somebody else's. */
function namesOfRoles(pairs: readonly string[]): ReadonlyMap<string, Role> {
  if (pairs.length === 0) return new Map(ROLES.map((role) => [role, role]));
  return new Map(pairs.map((pair) => pair.split('=') as [string, Role]));
}

function clientIdsOf(
  claims: JWTPayload,
  { oidcClientsClaim }: ClaimSettings,
): readonly string[] | null {
  if (oidcClientsClaim === undefined) return null;
  const claim = claimAt(claims, oidcClientsClaim);
  const ids = typeof claim === 'string' ? [claim] : textsOf(claim);
  if (ids.includes(ALL_CLIENTS)) return null;
  const normalized = ids.map((id) => id.normalize('NFC'));
  return [...new Set(normalized.filter((id) => keyFault(id, MAX_ID_BYTES) === undefined))];
}

/** What a token has at `realm_access.roles`, or as a claim whose name itself has dots (`https://…/roles`). */
function claimAt(claims: JWTPayload, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path];
  return path
    .split('.')
    .reduce<unknown>(
      (value, name) => (isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined),
      claims,
    );
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
