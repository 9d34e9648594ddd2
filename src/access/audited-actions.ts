/** What is done, as it is called in the audit log. */
export const AUDITED_ACTIONS = [
  'annotation.added',
  'annotation.deleted',
  'annotation.replaced',
  'annotation-set.replaced',
  'api-key.created',
  'api-key.revoked',
  'image.changed',
  'image.created',
  'image.purged',
  'image.restored',
  'image.trashed',
  'location.changed',
  'location.created',
  'location.deleted',
  'picture.attached',
  'picture.removed',
  'picture.replaced',
  'user.changed',
  'user.created',
  'user.deleted',
] as const;
export type AuditedAction = (typeof AUDITED_ACTIONS)[number];
