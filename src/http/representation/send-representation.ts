import type { IncomingMessage, ServerResponse } from 'node:http';
import { addAbortSignal } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Logger } from '@nestjs/common';
import { type ByteRange, contentRangeOf, lengthOf, rangesOf } from './byte-ranges.js';
import { digestField } from './digest-field.js';
import { attachment } from './download-name.js';
import { httpDateOf } from './http-date.js';
import { MultipartRanges } from './multipart-ranges.js';
import { applicableRange, isWithClient } from './preconditions.js';
import type { OpenedRepresentation, Representation } from './representation.js';
import { UnexpectedLength } from './representation.errors.js';
import type { ServerTiming } from './server-timing.js';

export interface SendOptions {
  cacheControl: string;
  /** Further headers, which replace those that are set already; Vary is added to. */
  headers?: Readonly<Record<string, string>>;
  /** Name of the file as which a browser is to keep it. */
  download?: string;
  /** Is told when the header is sent, so that it knows what `open` took. */
  timings?: ServerTiming;
}

type Fields = Readonly<Record<string, string | number | undefined>>;

const logger = new Logger('Representation');

/**
 * Answers a GET or HEAD with a representation as RFC 9110 has it: 200, 206 with one part or several, 304, or
 * (as errors, before any header is set) 412 and 416. A 304 and a HEAD open nothing, so a HEAD tells length and
 * digest only where they are known beforehand. Streams with back-pressure; when the client leaves, or what is
 * read is not as long as announced, streams are destroyed and the connection is cut.
 * @throws AnotherRepresentation | RangeNotSatisfiable | InvalidRequest, and what `open` throws
 */
export async function sendRepresentation(
  request: IncomingMessage,
  response: ServerResponse,
  representation: Representation,
  options: SendOptions,
): Promise<void> {
  if (isWithClient(request.headers, representation)) {
    setHeaders(response, 304, validatorsOf(representation), options);
    response.end();
  } else if (request.method === 'HEAD') {
    const { bytes, sha256 } = (await representation.find?.()) ?? representation;
    setHeaders(response, 200, headersOf(representation, options, sha256), options);
    if (bytes !== undefined) response.setHeader('Content-Length', bytes);
    response.end();
  } else {
    const range = applicableRange(request.headers, representation);
    // What can be refused is, before anything is made.
    if (representation.bytes !== undefined) rangesOf(range, representation.bytes);
    await openAndSend(response, representation, range, options);
  }
}

async function openAndSend(
  response: ServerResponse,
  representation: Representation,
  range: string | undefined,
  options: SendOptions,
): Promise<void> {
  if (response.destroyed) return;
  const left = new AbortController();
  const leave = () => {
    // What has been handed over whole is nobody's to abandon.
    if (!response.writableEnded) left.abort();
  };
  response.once('close', leave);
  try {
    const opened = await representation.open(left.signal);
    try {
      if (left.signal.aborted) return;
      const ranges = rangesOf(range, opened.bytes);
      const sending = new Sending(response, representation, opened, options, left.signal);
      if (ranges?.[0] === undefined) await sending.whole();
      else if (ranges.length === 1) await sending.part(ranges[0]);
      else await sending.parts(ranges);
    } finally {
      await opened.close?.();
    }
  } finally {
    response.off('close', leave);
  }
}

/** One opened representation on its way to one client. */
class Sending {
  constructor(
    private readonly response: ServerResponse,
    private readonly representation: Representation,
    private readonly opened: OpenedRepresentation,
    private readonly options: SendOptions,
    private readonly left: AbortSignal,
  ) {}

  async whole(): Promise<void> {
    const { bytes, sha256 } = this.opened;
    this.setHeaders(200, { 'Content-Digest': digestField(sha256), 'Content-Length': bytes });
    await this.send(undefined);
  }

  async part(range: ByteRange): Promise<void> {
    this.setHeaders(206, {
      'Content-Range': contentRangeOf(range, this.opened.bytes),
      'Content-Length': lengthOf(range),
    });
    await this.send(range);
  }

  async parts(ranges: readonly ByteRange[]): Promise<void> {
    const { mediaType } = this.representation;
    const multipart = new MultipartRanges(ranges, mediaType, this.opened.bytes);
    this.setHeaders(206, {
      'Content-Type': multipart.mediaType,
      'Content-Length': multipart.bytes,
    });
    await this.stream(this.contentOf(multipart));
  }

  private async send(range: ByteRange | undefined): Promise<void> {
    const { body } = this.opened;
    if (body) this.response.end(range ? body.subarray(range.start, range.end + 1) : body);
    else await this.stream(this.read(range));
  }

  private async stream(content: AsyncIterable<Buffer>): Promise<void> {
    try {
      await pipeline(content, this.response);
    } catch (error) {
      if (this.left.aborted || isPrematureClose(error)) return;
      logger.error({ err: error }, 'an answer broke off');
      // The header has gone out: nothing but the end of the connection tells the client.
      this.response.destroy();
    }
  }

  private async *contentOf({ parts, tail }: MultipartRanges): AsyncGenerator<Buffer> {
    const { body } = this.opened;
    for (const { head, range } of parts) {
      yield head;
      if (body) yield body.subarray(range.start, range.end + 1);
      else yield* this.read(range);
    }
    yield tail;
  }

  /** @throws UnexpectedLength: with other bytes than announced the next answer would begin in the wrong place */
  private async *read(range: ByteRange | undefined): AsyncGenerator<Buffer> {
    const expected = range ? lengthOf(range) : this.opened.bytes;
    let read = 0;
    const chunks: AsyncIterable<Buffer> = addAbortSignal(this.left, this.opened.stream(range));
    for await (const chunk of chunks) {
      read += chunk.length;
      if (read > expected) break;
      yield chunk;
    }
    if (read !== expected) throw new UnexpectedLength(expected, read);
  }

  private setHeaders(status: number, fields: Fields): void {
    const known = headersOf(this.representation, this.options, this.opened.sha256);
    setHeaders(this.response, status, { ...known, ...fields }, this.options);
  }
}

function validatorsOf({ etag, lastModified }: Representation): Fields {
  return { ETag: etag, 'Last-Modified': lastModified && httpDateOf(lastModified) };
}

/**
 * What GET and HEAD tell alike. Repr-Digest is of the whole also where a part is sent, or nothing: what
 * Content-Digest would be of there is the part, or nothing (RFC 9530 sections 2 and 3).
 */
function headersOf(
  representation: Representation,
  { download }: SendOptions,
  sha256: string | undefined,
): Fields {
  return {
    ...validatorsOf(representation),
    'Content-Type': representation.mediaType,
    'Accept-Ranges': 'bytes',
    'Repr-Digest': sha256 === undefined ? undefined : digestField(sha256),
    'Content-Disposition': download === undefined ? undefined : attachment(download),
  };
}

function setHeaders(
  response: ServerResponse,
  status: number,
  fields: Fields,
  { cacheControl, headers = {}, timings }: SendOptions,
): void {
  const { Vary: vary, ...others } = headers;
  const all: Fields = {
    'Cache-Control': cacheControl,
    'Server-Timing': timings?.header(),
    ...others,
    ...fields,
  };
  response.statusCode = status;
  for (const [name, value] of Object.entries(all))
    if (value !== undefined) response.setHeader(name, value);
  if (vary !== undefined) {
    const already = response.getHeader('Vary');
    response.setHeader('Vary', already === undefined ? vary : `${String(already)}, ${vary}`);
  }
}

function isPrematureClose(error: unknown): boolean {
  return (error as NodeJS.ErrnoException | undefined)?.code === 'ERR_STREAM_PREMATURE_CLOSE';
}
