import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { DomainError } from '../errors/domain-error.js';

/** The key was sent with another request before (422). */
export class IdempotencyKeyReused extends DomainError {
  readonly kind = 'unprocessable';
  readonly code = 'idempotency-key-reused';
  constructor() {
    super('This Idempotency-Key came with another request before: take a new one.');
  }
}

/** A request that its client may repeat without repeating what it does. */
export interface RepeatableRequest {
  /** Name of who sends it: the keys of different callers have nothing to do with each other. */
  caller: string;
  /** The client's Idempotency-Key. */
  key: string;
  /** Of everything that was sent: `requestDigest`. */
  digest: string;
}

const KEPT = "interval '24 hours'";
const CLEANED_AT_ONCE = 100;

/**
 * Remembers for 24 hours what repeatable requests made. The memory is written in the transaction of the
 * deed itself: there is no moment at which one is there without the other.
 */
@Injectable()
export class RepeatableRequests {
  constructor(private readonly dataSource: DataSource) {}

  /** What an equal request made, if there was one. @throws IdempotencyKeyReused */
  async find(
    request: RepeatableRequest,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<string | undefined> {
    const [row] = await manager.query<{ digest: string; subject: string }[]>(
      `SELECT digest, subject FROM idempotency_keys WHERE caller = $2 AND key = $1 AND created_at > now() - ${KEPT}`,
      [request.key, request.caller],
    );
    if (!row) return undefined;
    if (row.digest !== request.digest) throw new IdempotencyKeyReused();
    return row.subject;
  }

  /**
   * Does something unless an equal request has done it; one that is doing it at the moment is awaited.
   * @param request undefined: it is simply done
   * @param make does it and returns the name of what it made
   * @throws IdempotencyKeyReused
   */
  async once(
    manager: EntityManager,
    request: RepeatableRequest | undefined,
    make: () => Promise<string>,
  ): Promise<{ subject: string; isRepeat: boolean }> {
    if (!request) return { subject: await make(), isRepeat: false };
    const claimed = await manager.query<unknown[]>(
      `INSERT INTO idempotency_keys (caller, key, digest, subject, created_at) VALUES ($3, $1, $2, '', now())
       ON CONFLICT ON CONSTRAINT pk_idempotency_keys
       DO UPDATE SET digest = excluded.digest, subject = '', created_at = excluded.created_at
        WHERE idempotency_keys.created_at <= now() - ${KEPT}
       RETURNING key`,
      [request.key, request.digest, request.caller],
    );
    const earlier = claimed.length === 0 ? await this.find(request, manager) : undefined;
    if (earlier !== undefined) return { subject: earlier, isRepeat: true };
    const subject = await make();
    await manager.query('UPDATE idempotency_keys SET subject = $2 WHERE caller = $3 AND key = $1', [
      request.key,
      subject,
      request.caller,
    ]);
    await this.forgetOld(manager);
    return { subject, isRepeat: false };
  }

  private async forgetOld(manager: EntityManager): Promise<void> {
    await manager.query(
      `DELETE FROM idempotency_keys WHERE (caller, key) IN (
         SELECT caller, key FROM idempotency_keys WHERE created_at <= now() - ${KEPT}
          ORDER BY created_at LIMIT ${CLEANED_AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    );
  }
}

/** Hexadecimal SHA-256 of what a client sent: equal requests have equal digests. */
export function requestDigest(content: unknown): string {
  return createHash('sha256').update(canonicalJson(content)).digest('hex');
}

// JSON with sorted keys: the order in which a client writes its fields says nothing.
function canonicalJson(value: unknown): string {
  const text = JSON.stringify(value, (_key, item: unknown) =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  ) as string | undefined;
  return text ?? '';
}
