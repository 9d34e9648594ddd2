import { createHash } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';

const MOST = 10_000;

/** The credentials that were good here lately; only digests of them are kept, and only in memory. */
export class KnownCredentials {
  /** Least recently used first. */
  private readonly digests = new Set<string>();

  constructor(private readonly most = MOST) {}

  /** What is kept of a credential: nobody can be let in with it. */
  static digestOf(credential: string): string {
    return createHash('sha256').update(credential).digest('base64');
  }

  has(credential: string): boolean {
    return this.hasDigest(KnownCredentials.digestOf(credential));
  }

  hasDigest(digest: string): boolean {
    return this.digests.has(digest);
  }

  add(credential: string): void {
    this.addDigest(KnownCredentials.digestOf(credential));
  }

  addDigest(digest: string): void {
    this.digests.delete(digest);
    this.digests.add(digest);
    if (this.digests.size <= this.most) return;
    const [oldest = digest] = this.digests;
    this.digests.delete(oldest);
  }
}

/** What a request says of its caller, as it says it; undefined if nothing. */
export function credentialIn(headers: IncomingHttpHeaders): string | undefined {
  const { authorization, 'x-api-key': key } = headers;
  if (authorization === undefined && key === undefined) return undefined;
  return JSON.stringify([authorization, key]);
}
