/** What callers may do, least first: each may also do what those before it may. */
export const ROLES = ['viewer', 'annotator', 'capturer', 'admin'] as const;
export type Role = (typeof ROLES)[number];

/** Whether who has `role` may do what `required` may. */
export function includesRole(role: Role, required: Role): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(required);
}

/** The highest of some roles, if there is any. */
export function highestRole(roles: readonly Role[]): Role | undefined {
  return ROLES.findLast((role) => roles.includes(role));
}
