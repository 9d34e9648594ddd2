import { createHash, type Hash, timingSafeEqual } from 'node:crypto';
import { DomainError, type Fault } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';

/** The bytes that came are not those that Content-Digest announced (400). */
export class ContentDigestMismatch extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'content-digest-mismatch';
  override readonly faults: readonly Fault[];
  constructor(algorithm: string) {
    super('The bytes that arrived are not those that were sent.');
    this.faults = [
      { header: 'Content-Digest', detail: `the ${algorithm} digest of the content differs` },
    ];
  }
}

// RFC 9530 section 5; the others of its registry are insecure or reserved.
const HASH_OF_ALGORITHM = new Map([
  ['sha-256', 'sha256'],
  ['sha-512', 'sha512'],
]);
// RFC 8941: a dictionary of byte sequences.
const MEMBER = /^([a-z*][a-z0-9_.*-]*)=:([A-Za-z0-9+/]*={0,2}):$/;

/** Checks content against its Content-Digest header (RFC 9530) while it streams by. */
export class ContentDigestCheck {
  private readonly expected: { algorithm: string; hash: Hash; digest: Buffer }[] = [];

  /**
   * @param header of the request, or undefined: then there is nothing to check
   * @throws InvalidRequest when it is not a dictionary of digests
   */
  constructor(header: string | undefined) {
    for (const member of header?.split(',') ?? []) {
      const [, algorithm = '', encoded = ''] = MEMBER.exec(member.trim()) ?? [];
      if (!algorithm)
        throw new InvalidRequest([
          { header: 'Content-Digest', detail: 'must be like sha-256=:<base64>: (RFC 9530)' },
        ]);
      const name = HASH_OF_ALGORITHM.get(algorithm);
      if (name !== undefined)
        this.expected.push({
          algorithm,
          hash: createHash(name),
          digest: Buffer.from(encoded, 'base64'),
        });
    }
  }

  /** The hashes to feed with the content. */
  get hashes(): readonly Hash[] {
    return this.expected.map(({ hash }) => hash);
  }

  /** @throws ContentDigestMismatch */
  assertMatches(): void {
    for (const { algorithm, hash, digest } of this.expected) {
      const actual = hash.digest();
      if (actual.length !== digest.length || !timingSafeEqual(actual, digest))
        throw new ContentDigestMismatch(algorithm);
    }
  }
}
