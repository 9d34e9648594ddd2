import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import type { Page, PageRequest } from '../database/page.js';
import { type Content, RecordInUse, VersionedRecords } from '../database/versioned-records.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
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
  ) {
    this.records = new VersionedRecords(dataSource, Location, 'location');
  }

  /**
   * @param request that may be repeated: then the location is there, and comes as it is now
   * @throws LocationExists | IdempotencyKeyReused
   */
  async createLocation(
    id: string,
    content: LocationContent,
    request?: RepeatableRequest,
  ): Promise<{ location: Location; isNew: boolean }> {
    const { isRepeat } = await this.dataSource.transaction((manager) =>
      this.requests.once(manager, request, async () => {
        const created = await this.records.insertIn(manager, id, content);
        if (!created) throw new LocationExists(id);
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

  /**
   * Replaces what is given of a location that exists.
   * @throws LocationNotFound | PreconditionFailed
   */
  async changeLocation(
    id: string,
    precondition: Precondition,
    content: Partial<LocationContent>,
  ): Promise<Location> {
    const changed = await this.records.change(id, precondition, content);
    if (!changed) throw new LocationNotFound(id);
    return changed;
  }

  /** @throws LocationNotFound | LocationInUse | PreconditionFailed */
  async deleteLocation(id: string, precondition: Precondition): Promise<void> {
    try {
      if (!(await this.records.remove(id, precondition))) throw new LocationNotFound(id);
    } catch (error) {
      throw error instanceof RecordInUse ? new LocationInUse(id) : error;
    }
  }
}
