/** `['annotations', 0, 'a/b']` → `#/annotations/0/a~1b` (RFC 6901, as a URI fragment without percent-encoding). */
export function jsonPointer(path: readonly (string | number)[]): string {
  return `#${path.map((part) => `/${escapePart(String(part))}`).join('')}`;
}

function escapePart(part: string): string {
  return part.replaceAll('~', '~0').replaceAll('/', '~1');
}
