import { Readable } from 'node:stream';
import { Logger, StreamableFile } from '@nestjs/common';
import type { Request } from 'express';
import { NDJSON } from './openapi.js';

const logger = new Logger('LineStream');
// Small enough that no client makes others wait while its lines are written.
const CHUNK_CHARACTERS = 65_536;

/** Whether a client would rather have a list as lines than as an array. */
export function wantsLines(request: Request): boolean {
  request.res?.vary('Accept');
  return request.accepts(['application/json', NDJSON]) === NDJSON;
}

/**
 * Answers with one line for each item. The next batch is asked for when the one before has been taken by the
 * connection, so that a slow client holds back what is read for it; when it leaves, or something fails, nothing is
 * asked for any more, and the connection is cut, so that what came does not look complete.
 */
export function asLines<T>(
  batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  toJson: (item: T) => readonly string[],
): StreamableFile {
  // By default sixteen chunks would wait in memory.
  const lines = Readable.from(linesOf(batches, toJson), { highWaterMark: 1 });
  return new StreamableFile(lines, { type: NDJSON }).setErrorHandler((error, response) => {
    logger.error({ err: error }, 'a list broke off');
    response.destroy?.();
  });
}

async function* linesOf<T>(
  batches: AsyncIterable<readonly T[]> | Iterable<readonly T[]>,
  toJson: (item: T) => readonly string[],
): AsyncGenerator<string> {
  for await (const batch of batches) {
    let chunk = '';
    for (const item of batch) {
      for (const part of toJson(item)) chunk += part;
      chunk += '\n';
      if (chunk.length < CHUNK_CHARACTERS) continue;
      yield chunk;
      chunk = '';
    }
    if (chunk !== '') yield chunk;
  }
}
