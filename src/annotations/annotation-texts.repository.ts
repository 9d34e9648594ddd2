import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { JsonText } from '../database/json-text.js';
import { prepared, PreparedStatements } from '../database/prepared-statements.js';
import { WITH_SET } from './annotation-json.js';

/** All annotations of an image as they go out, with what names this state of the set. */
export interface WrittenSet {
  version: number;
  /** Of their labels, all together. */
  renames: number;
  annotations: JsonText;
}

// Both find rows by a unique key, so that a plan for all parameters is as good as one for these.
const SET = prepared(
  `SELECT images.annotation_set_version AS version, set.renames, set.json FROM images ${WITH_SET}
    WHERE images.image_key = $1 AND images.trashed_at IS NULL AND ${visibleImages('$2')}`,
);
const SETS = prepared(
  `SELECT images.id, set.json FROM images ${WITH_SET}
    WHERE images.id = ANY($1::bigint[]) AND ${visibleImages('$2')}`,
);

/**
 * Reads annotations where nothing is done with them but to send them: as the JSON of their representation, in a third
 * of the time that rows would take. `AnnotationsRepository` has them for everything else.
 */
@Injectable()
export class AnnotationTextsRepository {
  constructor(private readonly statements: PreparedStatements) {}

  /** Those of the image with this key, unless it is in the trash or the caller does not see it. */
  async findSet(caller: Caller, imageKey: string): Promise<WrittenSet | undefined> {
    const [row] = await this.statements.read<{ version: number; renames: number; json: string }>(
      SET,
      [imageKey, caller.clientIds],
    );
    if (!row) return undefined;
    const { version, renames, json } = row;
    return { version, renames, annotations: new JsonText(json) };
  }

  /** Those of several images, by the images' ids; one that the caller does not see has none. */
  async listOf(caller: Caller, imageIds: readonly string[]): Promise<Map<string, JsonText>> {
    if (imageIds.length === 0) return new Map();
    const rows = await this.statements.read<{ id: string; json: string }>(SETS, [
      imageIds,
      caller.clientIds,
    ]);
    return new Map(rows.map(({ id, json }) => [id, new JsonText(json)]));
  }
}
