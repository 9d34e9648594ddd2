import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { Busboy, type BusboyHeaders } from '@fastify/busboy';
import type { Request } from 'express';
import type { Fault } from '../errors/domain-error.js';
import { InvalidRequest } from '../errors/invalid-request.js';
import type { ReceivedFile, UploadSpool } from '../storage/upload-spool.js';
import { ContentDigestCheck } from './content-digest.js';
import type { JsonLimits } from './json-limits.js';
import { BodyTooLarge, collectJson, parseJson, type ReceivedJson } from './request-body.js';

/** A photograph with its record, as `multipart/form-data` brings them. */
export interface UploadForm {
  /** The parsed JSON of the part `metadata`, not validated yet. */
  metadata: unknown;
  /** The part `file`; the receiver discards it in the end. */
  file: ReceivedFile;
}

const PARTS = ['metadata', 'file'];
// A boundary, two part headers and what clients add around them.
const FORM_OVERHEAD_BYTES = 64 * 1024;

/**
 * Reads a form of exactly two parts, `metadata` (JSON text) and `file`, in either order, while it
 * arrives. Whatever goes wrong, no file is left behind.
 * @param limits of the part `metadata`
 * @throws InvalidRequest | MalformedJson | BodyTooLarge | ListTooLong | UploadTooLarge | ContentDigestMismatch | StorageFull
 */
export async function readUploadForm(
  request: Request,
  spool: UploadSpool,
  limits: JsonLimits,
): Promise<UploadForm> {
  const maxBytes = spool.maxBytes + limits.maxBytes + FORM_OVERHEAD_BYTES;
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw new BodyTooLarge(maxBytes);
  const digest = new ContentDigestCheck(headerOf(request, 'content-digest'));
  const reader = new FormReader(spool, limits);
  const form = openForm(request);
  form.on('file', (name, stream) => reader.take(name, stream));
  form.on('error', (error) => reader.fail(error));
  form.on('partsLimit', () => reader.refuse({ pointer: '#', detail: 'has more than two parts' }));
  const giveUp = new AbortController();
  try {
    await Promise.race([feed(request, form, digest, giveUp.signal), reader.failed]);
    await reader.settled();
    digest.assertMatches();
    return reader.form();
  } catch (error) {
    giveUp.abort();
    form.destroy();
    await reader.discard();
    throw refusalOf(error);
  }
}

// Not a pipeline: that would destroy the request, and with it the connection that carries the refusal.
async function feed(
  request: Request,
  form: Writable,
  digest: ContentDigestCheck,
  signal: AbortSignal,
): Promise<void> {
  try {
    for await (const chunk of request.iterator({ destroyOnReturn: false })) {
      signal.throwIfAborted();
      for (const hash of digest.hashes) hash.update(chunk as Buffer);
      if (!form.write(chunk)) await once(form, 'drain', { signal });
    }
    form.end();
    await finished(form, { signal });
  } finally {
    request.resume();
  }
}

/** A header that may come once. */
export function headerOf(request: Request, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}

function openForm(request: Request) {
  try {
    return new Busboy({
      headers: request.headers as BusboyHeaders,
      limits: { parts: 3, fields: 0, headerPairs: 32, headerSize: 8 * 1024, fieldNameSize: 255 },
      // Browsers send a Blob of JSON as a file: every part is read as a stream.
      isPartAFile: () => true,
    });
  } catch {
    throw malformed('must be multipart/form-data with a boundary');
  }
}

function refusalOf(error: unknown): unknown {
  // Dicer's own complaints about the form, and a client that went away half way.
  const message = error instanceof Error ? error.message : '';
  if (
    /unexpected end of|part terminated early|malformed part header|premature close|aborted/i.test(
      message,
    )
  )
    return malformed('the form breaks off or is not well-formed multipart/form-data');
  return error;
}

function malformed(detail: string): InvalidRequest {
  return new InvalidRequest([{ pointer: '#', detail }]);
}

/** Collects the two parts; the first failure ends the whole. */
class FormReader {
  private readonly tasks: Promise<void>[] = [];
  private readonly streams: Readable[] = [];
  private readonly seen = new Set<string>();
  private readonly faults: Fault[] = [];
  private metadata: ReceivedJson | undefined;
  private file: ReceivedFile | undefined;
  /** Ends the form: `failed` rejects. */
  fail: (error: unknown) => void = () => undefined;
  readonly failed: Promise<never>;

  constructor(
    private readonly spool: UploadSpool,
    private readonly limits: JsonLimits,
  ) {
    this.failed = new Promise((_resolve, reject) => (this.fail = reject));
    // It is raced against the end of the form; when that comes first nobody listens any more.
    this.failed.catch(() => undefined);
  }

  take(name: string, stream: Readable): void {
    // The stream of a form that is given up fails too: its task has told already.
    stream.on('error', () => undefined);
    if (!PARTS.includes(name) || this.seen.has(name)) {
      const known = PARTS.includes(name) ? 'is there more than once' : 'is not known here';
      this.refuse({ pointer: `#/${name}`, detail: known });
      stream.resume();
      return;
    }
    this.seen.add(name);
    this.streams.push(stream);
    const task = name === 'file' ? this.takeFile(stream) : this.takeMetadata(stream);
    this.tasks.push(
      task.catch((error: unknown) => {
        this.fail(error);
        stream.resume();
      }),
    );
  }

  refuse(fault: Fault): void {
    this.faults.push(fault);
  }

  /** Resolves when every part is read to its end; rejects with the first failure. */
  async settled(): Promise<void> {
    await Promise.race([Promise.all(this.tasks), this.failed]);
  }

  /** @throws InvalidRequest naming every missing, unknown and repeated part */
  form(): UploadForm {
    const missing = PARTS.filter((part) => !this.seen.has(part));
    const faults = missing.map((part) => ({ pointer: `#/${part}`, detail: 'is a required part' }));
    if (faults.length + this.faults.length > 0)
      throw new InvalidRequest([...this.faults, ...faults]);
    if (!this.metadata || !this.file) throw malformed('the form breaks off');
    const metadata = parseJson(this.metadata, 'The part "metadata"', this.limits);
    return { metadata, file: this.file };
  }

  async discard(): Promise<void> {
    // A part that the form was in when it broke off has no end of its own: it would be waited for for ever.
    for (const stream of this.streams) stream.destroy();
    await Promise.all(this.tasks);
    await this.file?.discard();
  }

  private async takeFile(stream: Readable): Promise<void> {
    this.file = await this.spool.receive(stream);
  }

  private async takeMetadata(stream: Readable): Promise<void> {
    this.metadata = await collectJson(stream as AsyncIterable<Buffer>, this.limits);
  }
}
