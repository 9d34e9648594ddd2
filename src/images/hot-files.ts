import type { IncomingMessage } from 'node:http';
import { Injectable } from '@nestjs/common';
import type { Request, Response } from 'express';
import { LRUCache } from 'lru-cache';
import { type OpenedAddress, PictureGate } from '../access/picture-gate.service.js';
import { isUnchanged } from '../http/conditional-requests.js';
import { isPlain } from '../http/hot-lane/plain-request.js';
import { type ReadyAnswer, ReadyAnswers } from '../http/hot-lane/ready-answers.js';
import { recipeOf, variesByAccept } from '../http/hot-lane/recipe.js';
import type { Representation } from '../http/representation/representation.js';
import { digestField } from '../http/representation/digest-field.js';
import { PictureDirectory } from './picture-directory.js';
import type { StoredPicture } from './stored-picture.js';

const MOST_BYTES = 16 * 1024 * 1024;
/** What headers and their like take beside the address. */
const OVERHEAD_BYTES = 2_048;
/** No address that is asked for again and again is longer. */
const LONGEST_TARGET = 2_048;

/** What the router answered at an address, as long as the image has this picture. */
interface KnownFile {
  readonly key: string;
  readonly storageKey: string;
  readonly route: string;
  readonly etag: string;
  readonly peek: Representation['peek'];
  /** Headers of a 304. */
  unchanged?: readonly string[];
  /** Headers of a 200, which has these bytes. */
  whole?: { headers: readonly string[]; sha256: string };
}

/** What was sent, and is learnt. */
export interface SentFile {
  key: string;
  picture: StoredPicture;
  /** Depends on nothing but the picture and the address. */
  representation: Representation;
}

/**
 * How the router answered for pictures, to answer so again from memory: by whole addresses, so that nothing of
 * them is interpreted twice. An answer holds while the directory knows the same picture, and its bytes are those
 * of the rendition cache.
 */
@Injectable()
export class HotFiles extends ReadyAnswers {
  private readonly files = new LRUCache<string, KnownFile | 'varies by Accept'>({
    maxSize: MOST_BYTES,
    sizeCalculation: (_file, target) => OVERHEAD_BYTES + target.length,
  });
  private answers = 0;

  constructor(
    private readonly directory: PictureDirectory,
    private readonly gate: PictureGate,
  ) {
    super();
  }

  /** How many answers were found. */
  get found(): number {
    return this.answers;
  }

  override find(request: IncomingMessage): ReadyAnswer | undefined {
    const address = this.gate.open(request.url ?? '');
    const file = address && this.fileAt(address.target, request);
    if (!file || !this.isOpen(file, address)) return undefined;
    const answer = answerOf(file, request);
    if (!answer) return undefined;
    this.answers += 1;
    const count = this.gate.counter;
    return count ? { ...answer, count } : answer;
  }

  /** Remembers how a request was answered, if it was one that can be answered so again. */
  learn(request: Request, response: Response, sent: SentFile): void {
    const address = this.gate.open(request.originalUrl);
    if (!address || address.target.length > LONGEST_TARGET || !isPlain(request)) return;
    const name = this.nameFor(address.target, request, response);
    const file = this.known(name, request, sent);
    const isWhole = request.method === 'GET' && response.statusCode === 200;
    if (response.statusCode === 304) file.unchanged ??= headersOf(response, 'lookup;dur=0');
    const hot = isWhole ? file.peek?.() : undefined;
    if (hot && hot.sha256 !== file.whole?.sha256 && hasSent(response, hot.sha256)) {
      const headers = headersOf(response, 'lookup;dur=0, cache;desc=memory');
      if (headers) file.whole = { headers, sha256: hot.sha256 };
    }
    if (file.unchanged || file.whole) this.files.set(name, file);
  }

  private fileAt(target: string, request: IncomingMessage): KnownFile | undefined {
    const file = this.files.get(target);
    if (file !== 'varies by Accept') return file;
    const accepted = this.files.get(acceptedAt(target, request));
    return accepted === 'varies by Accept' ? undefined : accepted;
  }

  private isOpen({ key, storageKey }: KnownFile, address: OpenedAddress): boolean {
    const entry = this.directory.peek(key);
    if (entry?.picture.storageKey !== storageKey) return false;
    return this.gate.admits(address, key, entry.clientId);
  }

  private nameFor(target: string, request: Request, response: Response): string {
    if (!variesByAccept(response)) return target;
    this.files.set(target, 'varies by Accept');
    return acceptedAt(target, request);
  }

  /** What is known already, unless it is of another picture. */
  private known(name: string, request: Request, sent: SentFile): KnownFile {
    const { key, picture, representation } = sent;
    const { etag, peek } = representation;
    const { path: route } = request.route as { path: string };
    const { storageKey } = picture;
    const known = this.files.get(name);
    if (known && known !== 'varies by Accept' && known.storageKey === storageKey) return known;
    return { key, storageKey, route, etag, peek };
  }
}

function hasSent(response: Response, sha256: string): boolean {
  return response.getHeader('Content-Digest') === digestField(sha256);
}

/** The headers of the answer but for its timings, which are these from memory. */
function headersOf(response: Response, timings: string): readonly string[] | undefined {
  const headers = recipeOf(response);
  return headers && [...headers, 'Server-Timing', timings];
}

function answerOf(file: KnownFile, request: IncomingMessage): ReadyAnswer | undefined {
  const { route, unchanged, whole } = file;
  if (isUnchanged(request, file.etag))
    return unchanged && { status: 304, route, headers: unchanged };
  const hot = request.method === 'GET' && whole && file.peek?.();
  // Made anew it may have other bytes.
  if (!hot || hot.sha256 !== whole.sha256) return undefined;
  return { status: 200, route, headers: whole.headers, body: hot.body };
}

// A line break is in no address.
function acceptedAt(target: string, { headers }: IncomingMessage): string {
  return `${target}\n${headers.accept ?? ''}`;
}
