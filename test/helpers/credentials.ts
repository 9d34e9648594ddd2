import { ApiKeysService, type ApiKeyDraft } from '../../src/access/api-keys.service.js';
import { Caller } from '../../src/access/caller.js';
import type { TestApp } from './app.js';
import { unique } from './records.js';

/**
 * The text of a new API key of a service.
 * @param draft what differs from a key of an admin of all clients that never ends; its end may have passed
 */
export async function aKey(
  { app }: Pick<TestApp, 'app'>,
  draft: Partial<ApiKeyDraft> = {},
): Promise<string> {
  const { key } = await app.get(ApiKeysService, { strict: false }).create(Caller.service, {
    name: unique('key'),
    role: 'admin',
    clientIds: null,
    expiresAt: null,
    ...draft,
  });
  return key!;
}

/** The text of a key that was revoked. */
export async function aRevokedKey(service: Pick<TestApp, 'app'>): Promise<string> {
  const key = await aKey(service);
  await service.app.get(ApiKeysService, { strict: false }).revoke(Caller.service, prefixOf(key));
  return key;
}

/** The part of a key's text that is no secret. */
export function prefixOf(key: string): string {
  return key.split('_')[1]!;
}

/** A header for each way to say who calls. */
export const withKey = (key: string) => ({ 'X-API-Key': key });
export const withToken = (token: string) => ({ Authorization: `Bearer ${token}` });
