import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager, type SelectQueryBuilder } from 'typeorm';
import { countOf } from '../database/estimate.js';
import type { Page, PageRequest } from '../database/page.js';
import { ApiKey } from './api-key.entity.js';

/** The clients of whoever looks, who sees keys of no others; null: all keys. */
type Bounds = readonly string[] | null;

/** The queries on API keys. */
@Injectable()
export class ApiKeysRepository {
  constructor(private readonly dataSource: DataSource) {}

  /** The key with this prefix, whatever its state. */
  find(prefix: string): Promise<ApiKey | null> {
    return this.dataSource.manager.findOneBy(ApiKey, { prefix });
  }

  /** The key with this prefix, if who is bound to these clients may know of it. */
  findVisible(bounds: Bounds, prefix: string): Promise<ApiKey | null> {
    return this.visible(bounds).andWhere('key.prefix = :prefix', { prefix }).getOne();
  }

  /** The same by name. */
  findVisibleByName(bounds: Bounds, name: string): Promise<ApiKey | null> {
    return this.visible(bounds).andWhere('key.name = :name', { name }).getOne();
  }

  /** @returns whether the name was free */
  async insertIn(manager: EntityManager, key: ApiKey): Promise<boolean> {
    const inserted = await manager
      .createQueryBuilder()
      .insert()
      .into(ApiKey)
      .values(key)
      .orIgnore()
      .returning('prefix')
      .execute();
    return (inserted.raw as unknown[]).length > 0;
  }

  /** @returns whether the key was in use until now */
  async revokeIn(
    manager: EntityManager,
    prefix: string,
    at: Date,
    by: string | null,
  ): Promise<boolean> {
    const { affected } = await manager
      .createQueryBuilder()
      .update(ApiKey)
      .set({ revokedAt: at, revokedBy: by })
      .where('prefix = :prefix AND revoked_at IS NULL', { prefix })
      .execute();
    return affected === 1;
  }

  /** Keeps when a key was used, unless a later use is kept already. */
  async noteUse(prefix: string, at: Date): Promise<void> {
    await this.dataSource.manager
      .createQueryBuilder()
      .update(ApiKey)
      .set({ lastUsedAt: at })
      .where('prefix = :prefix AND (last_used_at IS NULL OR last_used_at < :at)', { prefix, at })
      .execute();
  }

  /** A page of the keys that who is bound to these clients may know of, by name. */
  async list(bounds: Bounds, page: PageRequest): Promise<Page<ApiKey>> {
    const keys = this.visible(bounds);
    if (page.after) keys.andWhere('key.name > :after', { after: page.after[0] });
    const found = await keys
      .orderBy('key.name', 'ASC')
      .limit(page.limit + 1)
      .getMany();
    const items = found.slice(0, page.limit);
    const last = items.at(-1);
    return {
      items,
      ...(found.length > items.length && last ? { next: [last.name] } : {}),
      ...(page.count
        ? { total: await countOf(this.visible(bounds), page.count, 'key.prefix') }
        : {}),
    };
  }

  // A key that is not bound to clients (NULL) is contained in nobody's.
  private visible(bounds: Bounds): SelectQueryBuilder<ApiKey> {
    const keys = this.dataSource.manager.createQueryBuilder(ApiKey, 'key');
    return bounds === null ? keys : keys.where('key.clientIds <@ :bounds', { bounds });
  }
}
