import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditedAction, AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import type { Page, PageRequest } from '../database/page.js';
import { type Content, RecordInUse, VersionedRecords } from '../database/versioned-records.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import { Location } from './location.entity.js';
import { LocationExists, LocationInUse, LocationNotFound } from './locations.errors.js';

export type LocationContent = Content<Location>;

/** The use cases of locations. They are shared by all clients. */
@Injectable()
export class LocationsService {
  private readonly records: VersionedRecords<Location>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
  ) {
    this.records = new VersionedRecords(dataSource, Location, 'location');
  }

  /**
   * @param request that may be repeated: then the location is there, and comes as it is now
   * @throws LocationExists | IdempotencyKeyReused
   */
  async createLocation(
    caller: Caller,
    id: string,
    content: LocationContent,
    request?: RepeatableRequest,
  ): Promise<{ location: Location; isNew: boolean }> {
    const { isRepeat } = await this.dataSource.transaction((manager) =>
      this.requests.once(manager, request, async () => {
        const created = await this.records.insertIn(manager, id, content, caller.name);
        if (!created) throw new LocationExists(id);
        await this.note(manager, caller, 'location.created', id);
        return id;
      }),
    );
    return { location: await this.requireLocation(id), isNew: !isRepeat };
  }

  /** @throws LocationNotFound */
  async requireLocation(id: string): Promise<Location> {
    const found = await this.records.find(id);
    if (!found) throw new LocationNotFound(id);
    return found;
  }

  /** A page of all locations, by id. */
  listLocations(page: PageRequest): Promise<Page<Location>> {
    return this.records.list(page);
  }

  /** Whether the location exists; it cannot be deleted before the transaction ends. */
  holdIn(manager: EntityManager, id: string): Promise<boolean> {
    return this.records.holdIn(manager, id);
  }

  /** The ids among these that locations have; none of them can be deleted before the transaction ends. */
  holdAllIn(manager: EntityManager, ids: readonly string[]): Promise<Set<string>> {
    return this.records.holdAllIn(manager, ids);
  }

  /**
   * Replaces what is given of a location that exists; one that is so already stays as it is, with its version.
   * @throws LocationNotFound | PreconditionFailed
   */
  changeLocation(
    caller: Caller,
    id: string,
    precondition: Precondition,
    content: Partial<LocationContent>,
  ): Promise<Location> {
    return this.dataSource.transaction(async (manager) => {
      const changed = await this.records.changeIn(manager, id, precondition, content, caller.name);
      if (!changed) throw new LocationNotFound(id);
      if (changed.isChanged) await this.note(manager, caller, 'location.changed', id);
      return changed.record;
    });
  }

  /** @throws LocationNotFound | LocationInUse | PreconditionFailed */
  async deleteLocation(caller: Caller, id: string, precondition: Precondition): Promise<void> {
    try {
      await this.dataSource.transaction(async (manager) => {
        const removed = await this.records.removeIn(manager, id, precondition);
        if (!removed) throw new LocationNotFound(id);
        await this.note(manager, caller, 'location.deleted', id);
      });
    } catch (error) {
      throw error instanceof RecordInUse ? new LocationInUse(id) : error;
    }
  }

  private note(manager: EntityManager, caller: Caller, action: AuditedAction, id: string) {
    return this.audit.recordIn(manager, caller, action, pathOf('locations', id));
  }
}
