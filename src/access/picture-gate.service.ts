import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { FileAddresses } from './file-addresses.service.js';
import { SIGNATURE_PARAMETER } from '../http/signed-identifiers.js';
import { RateLimits } from './rate-limits.js';

const SIGNATURE = `${SIGNATURE_PARAMETER}=`;

/** The address of a picture, apart from what says who may open it. */
export interface OpenedAddress {
  /** Path and query without the signature. */
  target: string;
  signature: string | undefined;
}

/** The guard's rules for reading pictures without a credential in a header, for answers ahead of the router. */
@Injectable()
export class PictureGate {
  constructor(
    private readonly environment: Environment,
    private readonly addresses: FileAddresses,
    private readonly limits: RateLimits,
  ) {}

  /** @returns undefined for an address that only the guard understands, or that lets nobody in */
  open(url: string): OpenedAddress | undefined {
    if (this.environment.auth !== 'on') return { target: url, signature: undefined };
    const begin = url.indexOf(SIGNATURE);
    if (begin < 1 || !'?&'.includes(url.charAt(begin - 1))) return undefined;
    const separator = url.indexOf('&', begin);
    const end = separator === -1 ? url.length : separator;
    if (url.includes(SIGNATURE_PARAMETER, end)) return undefined;
    const target = url.slice(0, begin) + url.slice(end + 1);
    return { target, signature: url.slice(begin + SIGNATURE.length, end) };
  }

  /** Whether such a request may read the picture of this image, of this client. */
  admits({ signature }: OpenedAddress, key: string, clientId: string): boolean {
    if (this.environment.auth !== 'on') return true;
    const bearer = this.addresses.bearerOf(signature, key);
    return bearer?.clientIds?.includes(clientId) ?? false;
  }

  /** Counts such a request, if requests are counted. */
  get counter():
    ((request: IncomingMessage) => Promise<readonly string[] | undefined>) | undefined {
    if (!this.limits.areCounted) return undefined;
    if (this.environment.auth === 'on') return (request) => this.limits.countPictureAhead(request);
    return (request) => this.limits.countAhead(request, null);
  }
}
