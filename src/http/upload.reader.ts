import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { DomainError } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
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
   * @throws InvalidRequest | UnsupportedMediaType | UploadTooLarge | IncompleteBody | ContentDigestMismatch |
   *   StorageFull
   */
  async readFile(request: Request): Promise<ReceivedFile> {
    if (request.is('multipart/form-data') !== false)
      throw new UnsupportedMediaType(
        'The body must be the bytes of the file themselves, not a form.',
      );
    assertWhole(request);
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
    assertUncoded(request);
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

/** A part would be kept as all of the file (RFC 9110 section 14.5). @throws InvalidRequest | UnsupportedMediaType */
function assertWhole(request: Request): void {
  assertUncoded(request);
  if (request.headers['content-range'] === undefined) return;
  const detail = 'cannot be: the body must be all of the file';
  throw new InvalidRequest([{ header: 'Content-Range', detail }]);
}

function assertUncoded({ headers }: Request): void {
  const coding = (headers['content-encoding'] ?? 'identity').trim().toLowerCase();
  if (coding !== 'identity')
    throw new UnsupportedMediaType('A file must come as it is, without a Content-Encoding.');
}
