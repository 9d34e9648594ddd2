import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import { GATE_PASSED } from './label-gate.js';

/** The statements on labels that whoever stores annotations needs. */
@Injectable()
export class InstrumentsRepository {
  /**
   * The ids of the labels of these names that there are. They stay what they are until the transaction ends.
   */
  async hold(manager: EntityManager, names: readonly string[]): Promise<Map<string, string>> {
    // The lock makes PostgreSQL look at the rows as they are once the gate is passed, not when the statement began;
    // storing the annotation takes the same one.
    const rows = await manager.query<{ id: string; name: string }[]>(
      `WITH gate AS MATERIALIZED (SELECT true AS passed FROM ${GATE_PASSED})
       SELECT instruments.id, instruments.name
         FROM gate, instruments
        WHERE instruments.name = ANY($1::text[]) AND instruments.removed_at IS NULL
          FOR KEY SHARE OF instruments`,
      [names],
    );
    return new Map(rows.map(({ id, name }) => [name, id]));
  }

  /** The names among these that labels have at the moment. */
  async find(manager: EntityManager, names: readonly string[]): Promise<Set<string>> {
    const rows = await manager.query<{ name: string }[]>(
      'SELECT name FROM instruments WHERE name = ANY($1::text[]) AND removed_at IS NULL',
      [names],
    );
    return new Set(rows.map(({ name }) => name));
  }

  /** Makes those labels that do not exist. */
  async make(manager: EntityManager, names: readonly string[]): Promise<void> {
    await manager.query(
      `INSERT INTO instruments (name) SELECT unnest($1::text[])
       ON CONFLICT (name) WHERE removed_at IS NULL DO NOTHING`,
      [names],
    );
  }

  /** What a label is called now, or that into which it was merged. */
  async nameOf(manager: EntityManager, id: string): Promise<string | undefined> {
    const [row] = await manager.query<{ name: string }[]>(
      `SELECT label.name FROM instruments
         JOIN instruments label ON label.id = coalesce(instruments.merged_into, instruments.id)
        WHERE instruments.id = $1 AND label.removed_at IS NULL`,
      [id],
    );
    return row?.name;
  }

  /** How often the labels of an image's annotations were renamed, all together. */
  async renamesOf(manager: EntityManager, imageId: string): Promise<number> {
    const [row] = await manager.query<{ renames: number }[]>(
      `SELECT coalesce(sum(instruments.version - 1), 0)::integer AS renames
         FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE annotations.image_id = $1 AND annotations.deleted_at IS NULL`,
      [imageId],
    );
    return row?.renames ?? 0;
  }

  /** How often the labels of the annotations of several images were renamed, all together; 0 is not in the map. */
  async renamesOfAll(
    manager: EntityManager,
    imageIds: readonly string[],
  ): Promise<Map<string, number>> {
    const rows = await manager.query<{ image_id: string; renames: number }[]>(
      `SELECT annotations.image_id, sum(instruments.version - 1)::integer AS renames
         FROM annotations JOIN instruments ON instruments.id = annotations.instrument_id
        WHERE annotations.image_id = ANY($1::bigint[]) AND annotations.deleted_at IS NULL
          AND instruments.version > 1
        GROUP BY annotations.image_id`,
      [imageIds],
    );
    return new Map(rows.map(({ image_id, renames }) => [image_id, renames]));
  }
}
