import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { type ReceivedFile, UploadSpool, UploadTooLarge } from '../storage/upload-spool.js';
import { clientLeft } from './client-left.js';
import { ContentDigestCheck } from './content-digest.js';
import type { JsonLimits } from './json-limits.js';
import { UnsupportedMediaType } from './request-body.js';
import { headerOf, readUploadForm, type UploadForm } from './upload-form.js';

/** The body ended before the length that was declared for it (400). */
export class IncompleteBody extends DomainError {
  readonly kind = 'invalid';
  readonly code = 'incomplete-body';
  constructor() {
    super('The body ended before its declared length.');
  }
}

/** Reads uploads while they arrive. */
@Injectable()
export class UploadReader {
  constructor(private readonly spool: UploadSpool) {}

  /**
   * Reads a body that is nothing but a file.
   * @throws UploadTooLarge | IncompleteBody | ContentDigestMismatch | StorageFull
   */
  async readFile(request: Request): Promise<ReceivedFile> {
    if (request.is('multipart/form-data') !== false)
      throw new UnsupportedMediaType(
        'The body must be the bytes of the file themselves, not a form.',
      );
    if (Number(request.headers['content-length'] ?? 0) > this.spool.maxBytes)
      throw new UploadTooLarge(this.spool.maxBytes);
    const digest = new ContentDigestCheck(headerOf(request, 'content-digest'));
    const file = await this.receive(request, digest);
    try {
      digest.assertMatches();
      return { ...file, left: clientLeft(request) };
    } catch (error) {
      await file.discard();
      throw error;
    }
  }

  /**
   * Reads a form of the parts `metadata` and `file`.
   * @throws what `readUploadForm` throws
   */
  async readForm(request: Request, limits: JsonLimits): Promise<UploadForm> {
    const { metadata, file } = await readUploadForm(request, this.spool, limits);
    return { metadata, file: { ...file, left: clientLeft(request) } };
  }

  private async receive(request: Request, digest: ContentDigestCheck): Promise<ReceivedFile> {
    try {
      return await this.spool.receive(request, digest.hashes);
    } catch (error) {
      throw request.errored && !(error instanceof DomainError) ? new IncompleteBody() : error;
    }
  }
}
