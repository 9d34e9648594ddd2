/** What a handler answers besides its body; `ReplyInterceptor` writes it into the response. */
export class Reply<T> {
  private constructor(
    readonly body: T,
    readonly status: number | undefined,
    readonly headers: Readonly<Record<string, string>>,
    /** Whether a client that has this representation already is told so (304). */
    readonly isReusable = true,
  ) {}

  /** 200 (or the route's own status) with a body. */
  static of<T>(body: T): Reply<T> {
    return new Reply(body, undefined, {});
  }

  /**
   * What a creation answers, with the address of what it is about.
   * @param isNew 201 if so; 200 for a repeated request
   * @param segments of the address's path, not encoded yet
   */
  static made<T>(body: T, isNew: boolean, ...segments: (string | number)[]): Reply<T> {
    return new Reply(body, isNew ? 201 : 200, { Location: pathOf(...segments) });
  }

  /** The same answer with the strong entity tag of its representation. */
  tagged(etag: string): Reply<T> {
    return this.with('ETag', etag);
  }

  with(header: string, value: string): Reply<T> {
    const headers = { ...this.headers, [header]: value };
    return new Reply(this.body, this.status, headers, this.isReusable);
  }

  /** 200 with the same body, of something that is not there: without an address and an entity tag. */
  withoutRepresentation(): Reply<T> {
    const others = Object.entries(this.headers).filter(
      ([name]) => name !== 'Location' && name !== 'ETag',
    );
    return new Reply(this.body, 200, Object.fromEntries(others), this.isReusable);
  }

  /** The same answer, which comes whole even to a client whose copy has the same entity tag. */
  alwaysWhole(): Reply<T> {
    return new Reply(this.body, this.status, this.headers, false);
  }
}

/** `('images', 'a/b')` → `/images/a%2Fb` */
export function pathOf(...segments: (string | number)[]): string {
  return segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
}
