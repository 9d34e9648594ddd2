import type { IncomingMessage, ServerResponse } from 'node:http';
import { Injectable } from '@nestjs/common';
import { ReadingGate } from '../access/reading-gate.service.js';
import { isUnchanged } from '../http/conditional-requests.js';
import { LearntHeaders } from '../http/hot-lane/learnt-headers.js';
import { isOrdinary } from '../http/hot-lane/plain-request.js';
import { type LaneRequest, type QuickRead, QuickReads } from '../http/hot-lane/quick-reads.js';
import type { LaneAnswer } from '../http/hot-lane/ready-answers.js';
import { MAX_IMAGE_KEY_BYTES } from '../http/validation/path-parameters.js';
import { keyFault } from '../http/validation/text.js';
import { AnnotationSetsService } from './annotation-sets.service.js';

const ROUTE = '/images/:image_key/annotations';
const ADDRESS = /^\/images\/([^/?#]+)\/annotations$/;
/** Where one kind of JSON is preferred to the other, the router finds out which. */
const CHOOSY = /;|ndjson/i;

/** All annotations of one image as they are stored: the read that the page of every image begins with. */
@Injectable()
export class HotSets extends QuickReads {
  private readonly headers = new LearntHeaders();
  private answers = 0;

  constructor(
    private readonly gate: ReadingGate,
    private readonly sets: AnnotationSetsService,
  ) {
    super();
  }

  /** How many answers were given. */
  get given(): number {
    return this.answers;
  }

  override find(request: IncomingMessage): QuickRead | undefined {
    const imageKey = isOrdinary(request) ? imageKeyIn(request) : undefined;
    if (imageKey === undefined) return undefined;
    return {
      route: ROUTE,
      answer: (seen) => this.answer(seen, imageKey),
      learn: (response) => this.learn(response),
    };
  }

  private async answer(request: LaneRequest, imageKey: string): Promise<LaneAnswer | undefined> {
    const [whole, unchanged] = [200, 304].map((status) =>
      this.headers.find(status, request.headers),
    );
    if (!whole) return undefined;
    const admitted = await this.gate.admit(request, 'viewer');
    if (!admitted) return undefined;
    const { annotations, etag } = await this.sets.writtenSet(admitted.caller, imageKey);
    const own = [...admitted.headers, 'ETag', etag];
    if (isUnchanged(request, etag)) {
      if (!unchanged) return undefined;
      this.answers += 1;
      return { status: 304, headers: [...own, ...unchanged] };
    }
    this.answers += 1;
    const body = annotations.text;
    const length = String(Buffer.byteLength(body));
    return { status: 200, headers: [...own, 'Content-Length', length, ...whole], body };
  }

  private learn(response: ServerResponse): void {
    const { statusCode, req } = response;
    if (req.method === 'GET' && [200, 304].includes(statusCode)) this.headers.learn(response);
  }
}

/** The key of the image whose annotations are asked for, if a request is one for just that. */
function imageKeyIn({ method, url = '', headers }: IncomingMessage): string | undefined {
  if (method !== 'GET' || (headers.accept !== undefined && CHOOSY.test(headers.accept))) return;
  const [, encoded] = ADDRESS.exec(url) ?? [];
  if (encoded === undefined) return undefined;
  const key = decoded(encoded)?.normalize('NFC');
  return key === undefined || keyFault(key, MAX_IMAGE_KEY_BYTES) ? undefined : key;
}

function decoded(text: string): string | undefined {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
