/** The strong entity tag of a resource's version: `"3"`, or `"3.7"` where it carries a set of its own. */
export function versionTag(...versions: number[]): string {
  return `"${versions.join('.')}"`;
}
