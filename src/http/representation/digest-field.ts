/**
 * A digest as Content-Digest and Repr-Digest carry it (RFC 9530): `sha-256=:<base64>:`.
 * @param sha256 in hexadecimal digits
 */
export function digestField(sha256: string): string {
  return `sha-256=:${Buffer.from(sha256, 'hex').toString('base64')}:`;
}
