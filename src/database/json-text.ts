/**
 * JSON that PostgreSQL has written: it goes out as it is. To parse and write it again would cost more than everything
 * else about an answer.
 */
export class JsonText {
  // Nothing else that has a text is one.
  declare protected readonly isReady: true;

  /** What it consists of, one after the other: to put long texts together would copy them. */
  readonly parts: readonly string[];

  constructor(...parts: string[]) {
    this.parts = parts;
  }

  get text(): string {
    return this.parts.join('');
  }
}
