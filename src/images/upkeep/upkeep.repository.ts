import type { DataSource, EntityManager } from 'typeorm';

/** What a record says about its file and its annotations, and what the annotations say themselves. */
export interface KeptRecord {
  id: string;
  key: string;
  file: { storageKey: string; bytes: number; sha256: string } | null;
  counters: Counters;
  /** What the counters should be; of the version of the set, what it must be at least. */
  counted: Counters;
}

/** What the row of an image knows of its annotations. */
export interface Counters {
  annotation_count: number;
  annotation_bytes: number;
  highest_annotation_index: number;
  annotation_set_version: number;
}

/** A record that was removed for good. */
export interface PurgedRecord {
  key: string;
  clientId: string;
  storageKey: string | null;
}

/** Where a walk through all superseding versions stands: behind the one with these values. */
export interface HistoryPosition {
  at: Date;
  imageId: string;
  index: number;
  version: number;
}

interface KeptRow extends Counters {
  id: string;
  image_key: string;
  file_storage_key: string | null;
  file_bytes: number | null;
  file_sha256: string | null;
  counted: Counters;
}

/** What the annotations of an image say themselves, as JSON in the column `counted`. */
function countedOf(imageId: string): string {
  return `
  SELECT json_build_object(
           'annotation_count', count(*) FILTER (WHERE deleted_at IS NULL),
           'annotation_bytes', coalesce(sum(content_bytes) FILTER (WHERE deleted_at IS NULL), 0),
           'highest_annotation_index', coalesce(max(index), -1),
           'annotation_set_version', coalesce(max(version), 0)) AS counted
    FROM annotations WHERE image_id = ${imageId}`;
}

/**
 * The statements of tidying up and of checking. They are about all images, whoever they belong to and also
 * those in the trash, and nobody but the service itself and its operator asks them.
 */
export class UpkeepRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** Which of these storage keys are named by a record. */
  async named(storageKeys: readonly string[]): Promise<Set<string>> {
    const rows = await this.dataSource.query<{ key: string }[]>(
      'SELECT file_storage_key AS key FROM images WHERE file_storage_key = ANY($1)',
      [storageKeys],
    );
    return new Set(rows.map(({ key }) => key));
  }

  /** Records behind this id, by id, each read in one moment. */
  async recordsAfter(id: string, limit: number): Promise<KeptRecord[]> {
    return this.records('WHERE id > $1 ORDER BY id LIMIT $2', [id, limit]);
  }

  /** @returns undefined if there is none any more */
  async record(id: string): Promise<KeptRecord | undefined> {
    return (await this.records('WHERE id = $1', [id]))[0];
  }

  /** Makes the counters of an image what its annotations say. */
  async recount(id: string): Promise<void> {
    await this.dataSource.transaction(async (manager) => {
      // Locked first: what is counted afterwards cannot change any more.
      await manager.query('SELECT FROM images WHERE id = $1 FOR NO KEY UPDATE', [id]);
      await manager.query(
        `UPDATE images SET
                annotation_count = (counted->>'annotation_count')::integer,
                annotation_bytes = (counted->>'annotation_bytes')::integer,
                highest_annotation_index = (counted->>'highest_annotation_index')::integer,
                annotation_set_version =
                  greatest(annotation_set_version, (counted->>'annotation_set_version')::integer)
           FROM (${countedOf('$1')}) latest
          WHERE images.id = $1`,
        [id],
      );
    });
  }

  /** Removes the records that have been in the trash longest, if since before a time. */
  async purgeTrashedBefore(
    manager: EntityManager,
    before: Date,
    limit: number,
  ): Promise<PurgedRecord[]> {
    const rows = await manager.query<{ id: string; key: string; client: string; file: string }[]>(
      `SELECT id, image_key AS key, client_id AS client, file_storage_key AS file
         FROM images WHERE trashed_at < $1
        ORDER BY trashed_at LIMIT $2 FOR UPDATE SKIP LOCKED`,
      [before, limit],
    );
    await manager.query('DELETE FROM images WHERE id = ANY($1::bigint[])', [
      rows.map(({ id }) => id),
    ]);
    return rows.map(({ key, client, file }) => ({ key, clientId: client, storageKey: file }));
  }

  /**
   * Removes the versions of annotations that were superseded before a time, of a few annotations at once.
   * @returns how many it removed, and where to go on; nowhere if that was the last of them
   */
  async purgeHistoryBefore(
    before: Date,
    after: HistoryPosition | undefined,
    limit: number,
  ): Promise<{ removed: number; next: HistoryPosition | undefined }> {
    // Every version but the first superseded the ones before it, when it was made.
    const rows = await this.dataSource.query<HistoryPosition[]>(
      `SELECT at, image_id AS "imageId", index, version FROM annotation_versions
        WHERE version > 1 AND at < $1 AND ($2::timestamptz IS NULL
              OR (at, image_id, index, version) > ($2::timestamptz, $3::bigint, $4::integer, $5::integer))
        ORDER BY at, image_id, index, version LIMIT $6`,
      [before, after?.at, after?.imageId, after?.index, after?.version, limit],
    );
    const [, removed] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM annotation_versions superseded
        USING unnest($1::bigint[], $2::integer[], $3::integer[]) AS newer(image_id, index, version)
        WHERE superseded.image_id = newer.image_id AND superseded.index = newer.index
          AND superseded.version < newer.version`,
      [
        rows.map(({ imageId }) => imageId),
        rows.map(({ index }) => index),
        rows.map(({ version }) => version),
      ],
    );
    return { removed, next: rows.length < limit ? undefined : rows.at(-1) };
  }

  /**
   * Forgets the images that were purged longest ago, if before a time.
   * @returns how many
   */
  async forgetPurgedBefore(before: Date, limit: number): Promise<number> {
    const [, forgotten] = await this.dataSource.query<[unknown, number]>(
      `DELETE FROM purged_images WHERE image_id IN (
         SELECT image_id FROM purged_images WHERE purged_at < $1 ORDER BY purged_at LIMIT $2)`,
      [before, limit],
    );
    return forgotten;
  }

  private async records(which: string, parameters: unknown[]): Promise<KeptRecord[]> {
    const rows = await this.dataSource.query<KeptRow[]>(
      `SELECT images.*, counted.counted
         FROM (SELECT id, image_key, file_storage_key, file_bytes, file_sha256, annotation_count,
                      annotation_bytes, highest_annotation_index, annotation_set_version
                 FROM images ${which}) images, LATERAL (${countedOf('images.id')}) counted
        ORDER BY images.id`,
      parameters,
    );
    return rows.map(toRecord);
  }
}

function toRecord(row: KeptRow): KeptRecord {
  const { id, image_key: key, file_storage_key: storageKey, counted } = row;
  const { annotation_count, annotation_bytes, highest_annotation_index } = row;
  const { annotation_set_version } = row;
  return {
    id,
    key,
    file: storageKey === null ? null : fileOf(storageKey, row),
    counters: {
      annotation_count,
      annotation_bytes,
      highest_annotation_index,
      annotation_set_version,
    },
    counted,
  };
}

function fileOf(storageKey: string, row: KeptRow): NonNullable<KeptRecord['file']> {
  return { storageKey, bytes: row.file_bytes ?? 0, sha256: row.file_sha256 ?? '' };
}
