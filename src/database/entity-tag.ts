import { createHash } from 'node:crypto';

/** The strong entity tag of a resource's version: `"3"`, or `"3.7"` where it carries a set of its own. */
export function versionTag(...versions: number[]): string {
  return `"${versions.join('.')}"`;
}

/** The strong entity tag of a variant of what has this one: `"3.7-9f86d081884c7d65"`. */
export function variantTag(etag: string, variant: string): string {
  const digest = createHash('sha256').update(variant).digest('hex').slice(0, 16);
  return `${etag.slice(0, -1)}-${digest}"`;
}
