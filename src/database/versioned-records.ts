import {
  type DataSource,
  type DeepPartial,
  type EntityManager,
  type EntityTarget,
  type FindOptionsWhere,
  In,
  MoreThan,
} from 'typeorm';
import type { QueryDeepPartialEntity } from 'typeorm/query-builder/QueryPartialEntity.js';
import type { ConditionalResource, Precondition } from '../errors/precondition.js';
import { changesNothing } from './changes-nothing.js';
import { isForeignKeyViolation } from './database-errors.js';
import { versionTag } from './entity-tag.js';
import { countRows } from './estimate.js';
import type { CountMode, Page, PageRequest } from './page.js';

/** A record with a key chosen by its client and a version that every change raises. */
export interface VersionedRecord {
  id: string;
  version: number;
  createdAt: Date;
  updatedAt: Date;
  /** Name of the caller who made it, if it was known. */
  createdBy: string | null;
  updatedBy: string | null;
}

/** What a client says about a record, without what the server keeps. */
export type Content<E extends VersionedRecord> = Omit<E, keyof VersionedRecord>;

/** Plain records of one table: made, read, listed by key, changed and removed under a precondition. */
export class VersionedRecords<E extends VersionedRecord> {
  constructor(
    private readonly dataSource: DataSource,
    private readonly entity: EntityTarget<E>,
    private readonly resource: ConditionalResource,
  ) {}

  find(id: string): Promise<E | null> {
    return this.dataSource.manager.findOneBy(this.entity, this.byId(id));
  }

  /** Whether the record exists; it cannot be deleted before the transaction ends. */
  async holdIn(manager: EntityManager, id: string): Promise<boolean> {
    const found = await manager.findOne(this.entity, {
      where: this.byId(id),
      lock: { mode: 'for_key_share' },
    });
    return found !== null;
  }

  /** Those of several ids that records have; none of these can be deleted before the transaction ends. */
  async holdAllIn(manager: EntityManager, ids: readonly string[]): Promise<Set<string>> {
    if (ids.length === 0) return new Set();
    const found = await manager.find(this.entity, {
      where: { id: In([...ids]) } as FindOptionsWhere<E>,
      order: { id: 'ASC' } as never,
      lock: { mode: 'for_key_share' },
    });
    return new Set(found.map(({ id }) => id));
  }

  /**
   * @param by name of the caller who makes it
   * @returns the new record, or undefined if the key is taken
   */
  async insertIn(
    manager: EntityManager,
    id: string,
    content: Content<E>,
    by: string | null,
  ): Promise<E | undefined> {
    const now = new Date();
    const record = {
      ...content,
      id,
      version: 1,
      createdAt: now,
      updatedAt: now,
      createdBy: by,
      updatedBy: by,
    };
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(this.entity)
      .values(record as unknown as QueryDeepPartialEntity<E>)
      .orIgnore()
      .returning('id')
      .execute();
    if ((inserted.raw as unknown[]).length === 0) return undefined;
    return manager.create(this.entity, record as unknown as DeepPartial<E>);
  }

  /** A page of all records, by key. */
  async list(page: PageRequest): Promise<Page<E>> {
    const manager = this.dataSource.manager;
    const [after] = page.after ?? [];
    const found = await manager.find(this.entity, {
      ...(after === undefined ? {} : { where: { id: MoreThan(after) } as FindOptionsWhere<E> }),
      order: { id: 'ASC' } as never,
      take: page.limit + 1,
    });
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > page.limit && last ? { next: [last.id] } : {}),
      ...(page.count ? { total: await this.count(page.count) } : {}),
    };
  }

  /**
   * Changes a record that exists. One that is so already stays as it is, with its version.
   * @param by name of the caller who changes it
   * @returns the record as it is now and whether that is new, or undefined if there is none
   * @throws PreconditionFailed when it is not the one that the client read
   */
  async changeIn(
    manager: EntityManager,
    id: string,
    precondition: Precondition,
    content: Partial<Content<E>>,
    by: string | null,
  ): Promise<{ record: E; isChanged: boolean } | undefined> {
    const current = await this.lock(manager, id, precondition);
    if (!current) return undefined;
    if (changesNothing<Partial<Content<E>>>(current, content))
      return { record: current, isChanged: false };
    const version = current.version + 1;
    const changed = { ...content, version, updatedAt: new Date(), updatedBy: by };
    await manager.update(
      this.entity,
      this.byId(id),
      changed as unknown as QueryDeepPartialEntity<E>,
    );
    return { record: Object.assign(current, changed), isChanged: true };
  }

  /**
   * @returns false if there is no such record
   * @throws PreconditionFailed | RecordInUse
   */
  async removeIn(manager: EntityManager, id: string, precondition: Precondition): Promise<boolean> {
    const current = await this.lock(manager, id, precondition);
    if (!current) return false;
    try {
      await manager.delete(this.entity, this.byId(id));
    } catch (error) {
      throw isForeignKeyViolation(error) ? new RecordInUse({ cause: error }) : error;
    }
    return true;
  }

  private async lock(manager: EntityManager, id: string, precondition: Precondition) {
    const current = await manager.findOne(this.entity, {
      where: this.byId(id),
      lock: { mode: 'pessimistic_write' },
    });
    if (!current) return undefined;
    precondition.assertHolds(this.resource, {
      etag: versionTag(current.version),
      version: current.version,
      changedAt: current.updatedAt,
      changedBy: current.updatedBy,
    });
    return current;
  }

  private count(mode: CountMode): Promise<number> {
    const { tablePath } = this.dataSource.getMetadata(this.entity);
    return countRows(this.dataSource.manager, mode, `SELECT FROM "${tablePath}"`, []);
  }

  private byId(id: string): FindOptionsWhere<E> {
    return { id } as FindOptionsWhere<E>;
  }
}

/** The record is still named by others: the caller says by which. */
export class RecordInUse extends Error {
  constructor(options: ErrorOptions) {
    super('Other records name this one.', options);
  }
}
