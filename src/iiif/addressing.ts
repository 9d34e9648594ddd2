import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { FileAddresses } from '../access/file-addresses.service.js';
import { Environment } from '../config/environment.js';
import { SIGNATURE_PARAMETER } from '../http/signed-identifiers.js';
import { IiifAddresses } from './addresses.js';

// A name or an address, and a port: nothing that would end an address or begin another one.
const HOST = /^[\w.:[\]-]+$/;

/** Finds the addresses under which a client knows the service and its images. */
@Injectable()
export class Addressing {
  constructor(
    private readonly environment: Environment,
    private readonly files: FileAddresses,
  ) {}

  /** PUBLIC_URL, or where the request was sent. */
  originOf(request: Request): string {
    const { publicUrl, host, port } = this.environment;
    if (publicUrl !== undefined) return publicUrl;
    const named = request.headers.host ?? '';
    return `${request.protocol}://${HOST.test(named) ? named : `${host}:${port}`}`;
  }

  /** Addresses of the image that the request names, of the same kind as its own. */
  asRequested(request: Request, key: string): IiifAddresses {
    return new IiifAddresses(this.originOf(request), key, signatureIn(request));
  }

  /**
   * Addresses of an image, which need no credential where one is asked for. Who came with a signature gets the
   * same one back: it lasts no longer for being used.
   */
  of(request: Request, image: { key: string; clientId: string }): IiifAddresses {
    const signature = signatureIn(request) ?? this.files.signatureFor('iiif', image);
    return new IiifAddresses(this.originOf(request), image.key, signature);
  }
}

function signatureIn({ query }: Request): string | undefined {
  const signature = query[SIGNATURE_PARAMETER];
  return typeof signature === 'string' ? signature : undefined;
}
