import { timingSafeEqual } from 'node:crypto';
import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import type { Page, PageRequest } from '../database/page.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import { pathOf } from '../http/reply.js';
import { ApiKeyExists, ApiKeyNotFound, KeyExceedsCaller } from './access.errors.js';
import type { ApiKey } from './api-key.entity.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { AuditLog } from './audit-log.service.js';
import type { Caller, Identity } from './caller.js';
import { makeKey, readKey } from './key-text.js';
import type { Role } from './role.js';

const MINUTE_MS = 60_000;
/** Compared with when nothing is found, so that it takes as long: no secret has this digest. */
const NO_DIGEST = '0'.repeat(64);

/** What its maker says about a key. */
export interface ApiKeyDraft {
  name: string;
  role: Role;
  /** The clients whose images exist for the key's bearer; null: all of them. */
  clientIds: string[] | null;
  expiresAt: Date | null;
}

/** A key that was made. */
export interface CreatedApiKey {
  apiKey: ApiKey;
  /** Its whole text; null in a repeated request, because it is kept nowhere. */
  key: string | null;
  isNew: boolean;
}

/** API keys: made, checked, listed, revoked. */
@Injectable()
export class ApiKeysService {
  private readonly logger = new Logger(ApiKeysService.name);
  /** Prefixes of keys whose use is being noted. */
  private readonly noting = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: ApiKeysRepository,
    private readonly auditLog: AuditLog,
    private readonly requests: RepeatableRequests,
  ) {}

  /**
   * Who the bearer of a key is; undefined if the key is none, has expired or was revoked. The database is
   * asked every time, so that a revocation holds at once in all copies of the service.
   */
  async identify(key: string): Promise<Identity | undefined> {
    const sent = readKey(key);
    if (!sent) return undefined;
    const found = await this.keys.find(sent.prefix);
    const isRight = isSameDigest(sent.secretSha256, found?.secretSha256 ?? NO_DIGEST);
    const now = new Date();
    if (!found || !isRight || !isInUse(found, now)) return undefined;
    this.noteUse(found, now);
    return { name: `api-key:${found.name}`, role: found.role, clientIds: found.clientIds };
  }

  /**
   * Makes a key that grants nothing which its maker lacks.
   * @param request that may be repeated: then the key is there, and its text is not shown again
   * @throws KeyExceedsCaller | ApiKeyExists | IdempotencyKeyReused
   */
  async create(
    caller: Caller,
    draft: ApiKeyDraft,
    request?: RepeatableRequest,
  ): Promise<CreatedApiKey> {
    assertWithin(caller, draft);
    const made = makeKey();
    const { subject, isRepeat } = await this.dataSource.transaction((manager) =>
      this.requests.once(manager, request, async () => {
        const { prefix, secretSha256 } = made;
        const isFree = await this.keys.insertIn(manager, {
          ...draft,
          prefix,
          secretSha256,
          createdAt: new Date(),
          createdBy: caller.name,
          lastUsedAt: null,
          revokedAt: null,
          revokedBy: null,
        });
        if (!isFree) throw new ApiKeyExists(draft.name);
        const path = pathOf('api-keys', prefix);
        await this.auditLog.recordIn(manager, caller, 'api-key.created', path, clientOf(draft));
        return prefix;
      }),
    );
    const apiKey = await this.require(caller, subject);
    return { apiKey, key: isRepeat ? null : made.text, isNew: !isRepeat };
  }

  /** A page of the keys that the caller may know of, by name: those in use, and those that are over. */
  list(caller: Caller, page: PageRequest): Promise<Page<ApiKey>> {
    return this.keys.list(caller.clientIds, page);
  }

  /** @throws ApiKeyNotFound also when the key grants more clients than the caller sees */
  async require(caller: Caller, prefix: string): Promise<ApiKey> {
    const found = await this.keys.findVisible(caller.clientIds, prefix);
    if (!found) throw new ApiKeyNotFound(prefix);
    return found;
  }

  /** The key with this prefix, or else the one of this name. @throws ApiKeyNotFound */
  async requireByPrefixOrName(caller: Caller, prefixOrName: string): Promise<ApiKey> {
    const byPrefix = await this.keys.findVisible(caller.clientIds, prefixOrName);
    const found = byPrefix ?? (await this.keys.findVisibleByName(caller.clientIds, prefixOrName));
    if (!found) throw new ApiKeyNotFound(prefixOrName);
    return found;
  }

  /**
   * Makes a key useless from now on; one that is revoked already stays as it is.
   * @throws ApiKeyNotFound
   */
  async revoke(caller: Caller, prefix: string): Promise<void> {
    const key = await this.require(caller, prefix);
    await this.dataSource.transaction(async (manager) => {
      if (!(await this.keys.revokeIn(manager, prefix, new Date(), caller.name))) return;
      const path = pathOf('api-keys', prefix);
      await this.auditLog.recordIn(manager, caller, 'api-key.revoked', path, clientOf(key));
    });
  }

  /** To the minute, and beside the request: neither its success nor its time depends on it. */
  private noteUse({ prefix, lastUsedAt }: ApiKey, now: Date): void {
    const minute = new Date(Math.floor(now.getTime() / MINUTE_MS) * MINUTE_MS);
    if ((lastUsedAt !== null && lastUsedAt >= minute) || this.noting.has(prefix)) return;
    this.noting.add(prefix);
    this.keys
      .noteUse(prefix, minute)
      .catch((error: unknown) => this.logger.warn({ err: error }, 'the use of a key was not noted'))
      .finally(() => this.noting.delete(prefix));
  }
}

function isSameDigest(one: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(one, 'hex'), Buffer.from(other, 'hex'));
}

function isInUse({ revokedAt, expiresAt }: ApiKey, now: Date): boolean {
  return revokedAt === null && (expiresAt === null || expiresAt > now);
}

function assertWithin(caller: Caller, { role, clientIds }: ApiKeyDraft): void {
  const isWithinClients =
    clientIds === null ? !caller.isBound : clientIds.every((clientId) => caller.sees(clientId));
  if (!caller.may(role) || !isWithinClients) throw new KeyExceedsCaller();
}

/** Whose the audit entry is: the client's that a key is bound to, if it is one. */
function clientOf({ clientIds }: Pick<ApiKey, 'clientIds'>): string | null {
  return clientIds?.length === 1 ? (clientIds[0] ?? null) : null;
}
