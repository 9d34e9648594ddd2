import { setImmediate as others } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import type { Request } from 'express';
import { Environment } from '../../config/environment.js';
import type { RepeatableRequest } from '../../database/repeatable-requests.js';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { repeatableOf } from '../../http/idempotency.js';
import { jsonLimits } from '../../http/json-limits.js';
import { assertEachOnce, parseAnyJson, receiveJson } from '../../http/request-body.js';
import { inspectedJson } from '../../http/validation/json-value.js';
import { validateBody } from '../../http/validation/request-validation.js';
import { CreateImageRequest } from '../dto/create-image.request.js';
import { CreateImagesRequest } from '../dto/create-images.request.js';
import type { BatchItem } from './image-batch.js';

/** A batch as it came. */
export interface ReceivedBatch {
  items: BatchItem[];
  isAtomic: boolean;
  request: RepeatableRequest | undefined;
}

/** Others are let in between after so many milliseconds of checking. */
const CHECKED_AT_ONCE_MS = 5;

/** Reads what `POST /images/batch` takes: every image by itself, so that a bad one spoils no other. */
@Injectable()
export class ImageBatchReader {
  constructor(private readonly environment: Environment) {}

  /** @throws InvalidRequest for what is wrong with the batch as a whole, and what reading JSON throws */
  async read(request: Request): Promise<ReceivedBatch> {
    const { maxAnnotationSetBytes, maxBatchImages } = this.environment;
    const limits = jsonLimits(this.environment, maxAnnotationSetBytes, maxBatchImages);
    const json = await receiveJson(request, limits);
    const body = json.text.length > 0 ? parseAnyJson(json.text, 'The body') : undefined;
    const sent = listOf(body);
    const around = inspectedJson(
      sent ? { ...(body as object), images: [] } : body,
      limits.maxDepth,
    );
    if (around.faults.length > 0) throw new InvalidRequest(around.faults);
    let { fields } = around;
    const images = (sent ?? []).map((image) => {
      const inspected = inspectedJson(image, limits.maxDepth);
      fields += inspected.fields;
      return inspected.faults.length > 0 ? new InvalidRequest(inspected.faults) : image;
    });
    assertEachOnce(json, fields);
    const { atomic = false } = validateBody(CreateImagesRequest, body, this.environment);
    // What cannot be handled cannot be digested either: its faults stand for it.
    const digested = images.map((image) =>
      image instanceof InvalidRequest ? image.faults : image,
    );
    return {
      items: await this.check(images),
      isAtomic: atomic,
      request: repeatableOf(request, { atomic, images: digested }),
    };
  }

  private async check(images: readonly unknown[]): Promise<BatchItem[]> {
    const items: BatchItem[] = [];
    let since = performance.now();
    for (const image of images) {
      items.push(image instanceof InvalidRequest ? image : this.itemOf(image));
      if (performance.now() - since < CHECKED_AT_ONCE_MS) continue;
      await others();
      since = performance.now();
    }
    return items;
  }

  private itemOf(image: unknown): BatchItem {
    try {
      return validateBody(CreateImageRequest, image, this.environment).toDraft();
    } catch (error) {
      if (error instanceof InvalidRequest) return error;
      throw error;
    }
  }
}

function listOf(body: unknown): unknown[] | undefined {
  const images = (body as { images?: unknown } | null | undefined)?.images;
  return Array.isArray(images) ? images : undefined;
}
