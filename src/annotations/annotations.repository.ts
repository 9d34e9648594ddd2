import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Caller } from '../access/caller.js';
import { visibleImages } from '../access/client-scope.js';
import { prepared, PreparedStatements } from '../database/prepared-statements.js';
import {
  type AnnotatedImage,
  type AnnotationContent,
  type AnnotationRecord,
  type Measures,
} from './annotation.js';
import {
  ANNOTATION_COLUMNS,
  type AnnotationRow,
  IMAGE_COLUMNS,
  type ImageRow,
  toImage,
  toRecord,
} from './annotation-rows.js';
import { TAKE_DECISION_BACK, WITHOUT_DECISION } from './decided-images.js';
import type { VersionChange } from './history/annotation-version.js';
import { APPEND_DELETED, APPEND_WRITTEN } from './history/append-versions.js';
import { GATE_PASSED } from './label-gate.js';

/** A content with its measures and the place where it is stored. */
export interface PlacedContent extends AnnotationContent, Measures {
  imageId: string;
  index: number;
  instrumentId: string;
  /** Why it is stored. */
  change: VersionChange;
}

/** How the annotation set of an image changed. */
export interface SetChange {
  highestIndex: number;
  count: number;
  bytes: number;
}

/** When something is done, and by which caller. */
export interface Deed {
  at: Date;
  by: string | null;
  /** The version that the set gets by it. */
  setVersion: number;
}

const IMAGE_IN_USE = `images.image_key = $1 AND images.trashed_at IS NULL AND ${visibleImages('$2')}`;

const ONE = prepared(
  `SELECT ${ANNOTATION_COLUMNS}
     FROM images
     LEFT JOIN annotations ON annotations.image_id = images.id AND annotations.index = $3
                          AND annotations.deleted_at IS NULL
     LEFT JOIN instruments ON instruments.id = annotations.instrument_id
    WHERE ${IMAGE_IN_USE}`,
);

/**
 * The statements on annotations. They are SQL, because they are on the hot path (hydrating entities
 * costs three times the whole request) and because one upsert serves every kind of write.
 */
@Injectable()
export class AnnotationsRepository {
  constructor(
    private readonly dataSource: DataSource,
    private readonly statements: PreparedStatements,
  ) {}

  /** The image with this key, unless it is in the trash or the caller does not see it. */
  async findImage(caller: Caller, imageKey: string): Promise<AnnotatedImage | undefined> {
    const [row] = await this.dataSource.manager.query<ImageRow[]>(
      `SELECT ${IMAGE_COLUMNS} FROM images WHERE ${IMAGE_IN_USE}`,
      [imageKey, caller.clientIds],
    );
    return row && toImage(row);
  }

  /** The same, locked: until the transaction ends nobody else changes its annotations. */
  async lockImage(
    manager: EntityManager,
    caller: Caller,
    imageKey: string,
  ): Promise<AnnotatedImage | undefined> {
    const [row] = await manager.query<ImageRow[]>(
      `SELECT ${IMAGE_COLUMNS} FROM images WHERE ${IMAGE_IN_USE} FOR NO KEY UPDATE`,
      [imageKey, caller.clientIds],
    );
    return row && toImage(row);
  }

  /** An image with all of its annotations, by index, in one statement. */
  async findSet(
    caller: Caller,
    imageKey: string,
  ): Promise<{ image: AnnotatedImage; annotations: AnnotationRecord[] } | undefined> {
    const rows = await this.dataSource.manager.query<(ImageRow & AnnotationRow)[]>(
      `SELECT ${IMAGE_COLUMNS}, ${ANNOTATION_COLUMNS}, images.id AS image_id
         FROM images
         LEFT JOIN annotations ON annotations.image_id = images.id AND annotations.deleted_at IS NULL
         LEFT JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE ${IMAGE_IN_USE}
        ORDER BY annotations.index`,
      [imageKey, caller.clientIds],
    );
    const [first] = rows;
    if (!first) return undefined;
    const isEmpty = (first.index as number | null) === null;
    return { image: toImage(first), annotations: isEmpty ? [] : rows.map(toRecord) };
  }

  /** The annotations of several images, by index; an image without any is not in the map. */
  async listOf(
    imageIds: readonly string[],
    manager: EntityManager = this.dataSource.manager,
  ): Promise<Map<string, AnnotationRecord[]>> {
    const rows = await manager.query<AnnotationRow[]>(
      `SELECT ${ANNOTATION_COLUMNS}
         FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE annotations.image_id = ANY($1::bigint[]) AND annotations.deleted_at IS NULL
        ORDER BY annotations.image_id, annotations.index`,
      [imageIds],
    );
    const sets = new Map<string, AnnotationRecord[]>();
    for (const row of rows) {
      const set = sets.get(row.image_id);
      if (set) set.push(toRecord(row));
      else sets.set(row.image_id, [toRecord(row)]);
    }
    return sets;
  }

  /**
   * An annotation by the key of its image, in one statement.
   * @returns undefined if there is no such image (of {@link findImage}), null if it has no such annotation
   */
  async findIn(
    caller: Caller,
    imageKey: string,
    index: number,
  ): Promise<AnnotationRecord | null | undefined> {
    const [row] = await this.statements.read<AnnotationRow>(ONE, [
      imageKey,
      caller.clientIds,
      index,
    ]);
    if (!row) return undefined;
    return (row.index as number | null) === null ? null : toRecord(row);
  }

  /** All annotations of an image, by index, as a transaction sees them. */
  async setOf(imageId: string, manager: EntityManager): Promise<AnnotationRecord[]> {
    return (await this.listOf([imageId], manager)).get(imageId) ?? [];
  }

  async find(
    imageId: string,
    index: number,
    manager: EntityManager = this.dataSource.manager,
  ): Promise<AnnotationRecord | undefined> {
    const [row] = await manager.query<AnnotationRow[]>(
      `SELECT ${ANNOTATION_COLUMNS}
         FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE annotations.image_id = $1 AND annotations.index = $2 AND annotations.deleted_at IS NULL`,
      [imageId, index],
    );
    return row && toRecord(row);
  }

  /**
   * Stores contents, also of several images, and appends them to the history. An index that was used before, also by a deleted
   * annotation, gets its next version; what is restored is the annotation that it was, and not a new one.
   */
  async upsert(
    manager: EntityManager,
    contents: readonly PlacedContent[],
    deed: Deed,
  ): Promise<void> {
    if (contents.length === 0) return;
    const isRestored = contents.every(({ change }) => change === 'restored');
    await manager.query(
      `WITH content AS (
         SELECT * FROM jsonb_to_recordset($2::jsonb) AS content("imageId" bigint, "index" integer, "instrumentId" bigint,
                instrument text, change text, polygon jsonb, box jsonb, polyline jsonb, points jsonb,
                mask jsonb, attributes jsonb, source text, confidence double precision, bbox jsonb,
                area double precision, centroid jsonb, "contentBytes" integer)
       ), written AS (
         INSERT INTO annotations (image_id, index, instrument_id, polygon, box, polyline, points, mask, attributes,
                source, confidence, bbox, area, centroid, content_bytes, created_at, updated_at, created_by, updated_by, version)
         SELECT "imageId", "index", "instrumentId", polygon, box, polyline, points, mask, attributes, source, confidence,
                bbox, area, centroid, "contentBytes", $3, $3, $4, $4, 1
           FROM content
         ON CONFLICT ON CONSTRAINT pk_annotations DO UPDATE SET
                instrument_id = excluded.instrument_id, polygon = excluded.polygon,
                box = excluded.box, polyline = excluded.polyline, points = excluded.points, mask = excluded.mask,
                attributes = excluded.attributes, source = excluded.source,
                confidence = excluded.confidence, bbox = excluded.bbox, area = excluded.area,
                centroid = excluded.centroid, content_bytes = excluded.content_bytes, updated_at = excluded.updated_at,
                updated_by = excluded.updated_by,
                created_at = CASE WHEN annotations.deleted_at IS NULL OR $1 THEN annotations.created_at
                                  ELSE excluded.created_at END,
                created_by = CASE WHEN annotations.deleted_at IS NULL OR $1 THEN annotations.created_by
                                  ELSE excluded.created_by END,
                version = annotations.version + 1, deleted_at = NULL
         RETURNING image_id, index, version, created_at, created_by
       ) ${APPEND_WRITTEN}`,
      [isRestored, JSON.stringify(contents), deed.at, deed.by, deed.setVersion],
    );
  }

  /** Deletes annotations, and appends that to the history. */
  async markDeleted(
    manager: EntityManager,
    imageId: string,
    indexes: readonly number[],
    deed: Deed,
  ): Promise<void> {
    if (indexes.length === 0) return;
    await manager.query(
      // Behind the gate, as what stores does: what is counted by label would go wrong if one were merged meanwhile.
      `WITH gate AS MATERIALIZED (SELECT true AS passed FROM ${GATE_PASSED}), deleted AS (
         UPDATE annotations SET deleted_at = $3, updated_at = $3, updated_by = $4, version = version + 1
           FROM gate
          WHERE image_id = $1 AND index = ANY($2::integer[])
         RETURNING annotations.*
       ) ${APPEND_DELETED}`,
      [imageId, indexes, deed.at, deed.by, deed.setVersion],
    );
  }

  /**
   * Gives the set its next version and keeps what the image knows of its set. What was decided about other annotations
   * is taken back.
   */
  async recordChange(
    manager: EntityManager,
    imageId: string,
    change: SetChange,
    deed: Deed,
  ): Promise<void> {
    await manager.query(
      `WITH ${TAKE_DECISION_BACK}
       UPDATE images SET annotation_set_version = $7,
              highest_annotation_index = $2, annotation_count = $3, annotation_bytes = $4,
              updated_at = $5, updated_by = $6, ${WITHOUT_DECISION}
        WHERE id = $1`,
      [imageId, change.highestIndex, change.count, change.bytes, deed.at, deed.by, deed.setVersion],
    );
  }
}
