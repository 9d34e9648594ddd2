import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { pathOf } from '../http/reply.js';
import { SIGNATURE_PARAMETER } from '../http/signed-identifiers.js';
import type { Identity } from './caller.js';
import { keptSecret } from './kept-secret.js';

/** What a signature opens: the picture of an image (`file.url`), or its IIIF resources. */
export type SignedPurpose = 'image-file' | 'iiif';

/**
 * Addresses of pictures that need no header, for an `<img>` or a viewer: signed, expiring and bound to one
 * image of one client. The signature is `<expires>.<client>.<mac>`: seconds since 1970, the client's id in
 * base64url and an HMAC-SHA256 of both, of the image's key and of what it is for.
 */
@Injectable()
export class FileAddresses implements OnModuleInit {
  private secrets: readonly string[] = [];

  constructor(private readonly environment: Environment) {}

  async onModuleInit(): Promise<void> {
    const { auth, fileUrlSecrets, dataDir } = this.environment;
    if (auth !== 'on') return;
    this.secrets = fileUrlSecrets.length > 0 ? fileUrlSecrets : [await keptSecret(dataDir)];
  }

  /** Where the picture of an image is: signed, unless nobody is asked for a credential. */
  addressOf(image: { key: string; clientId: string }): string {
    const address = `${this.environment.publicUrl ?? ''}${pathOf('images', image.key, 'file')}`;
    const signature = this.signatureFor('image-file', image);
    return signature === undefined ? address : `${address}?${SIGNATURE_PARAMETER}=${signature}`;
  }

  /** What opens an image for a purpose without a credential; undefined where nobody is asked for one. */
  signatureFor(
    purpose: SignedPurpose,
    image: { key: string; clientId: string },
  ): string | undefined {
    const [secret] = this.secrets;
    if (secret === undefined) return undefined;
    const expires = expiryOf(this.environment.fileUrlTtlS);
    const mac = macOf(secret, purpose, expires, image.clientId, image.key);
    const client = Buffer.from(image.clientId).toString('base64url');
    return `${expires}.${client}.${mac.toString('base64url')}`;
  }

  /** Whether addresses are signed, so that one and the same image has another one later. */
  get areSigned(): boolean {
    return this.secrets.length > 0;
  }

  /**
   * Who a signature of an image's address lets in: one that sees nothing but the image's client.
   * @param key of the image that the request's path names
   * @returns undefined if the signature is not valid, or not any more
   */
  bearerOf(
    signature: unknown,
    key: unknown,
    purpose: SignedPurpose = 'image-file',
  ): Identity | undefined {
    if (typeof signature !== 'string' || typeof key !== 'string') return undefined;
    const [, expires = '', client = '', mac = ''] =
      /^(\d{1,12})\.([\w-]+)\.([\w-]{43})$/.exec(signature) ?? [];
    if (Number(expires) * 1_000 <= Date.now()) return undefined;
    const clientId = Buffer.from(client, 'base64url').toString();
    const claimed = Buffer.from(mac, 'base64url');
    const named = key.normalize('NFC');
    const isOurs = this.secrets.some((secret) =>
      timingSafeEqual(macOf(secret, purpose, Number(expires), clientId, named), claimed),
    );
    return isOurs ? { name: null, role: 'viewer', clientIds: [clientId] } : undefined;
  }
}

/** At least `ttlS` from now, and the same for a while: a browser's cache knows a picture by its address. */
function expiryOf(ttlS: number): number {
  return (Math.floor(Date.now() / 1_000 / ttlS) + 2) * ttlS;
}

function macOf(
  secret: string,
  purpose: SignedPurpose,
  expires: number,
  clientId: string,
  key: string,
): Buffer {
  return createHmac('sha256', secret)
    .update(JSON.stringify([purpose, expires, clientId, key]))
    .digest();
}
