import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditedAction, AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import type { Page, PageRequest } from '../database/page.js';
import { type Content, RecordInUse, VersionedRecords } from '../database/versioned-records.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import { User } from './user.entity.js';
import { UserExists, UserInUse, UserNotFound } from './users.errors.js';

export type UserContent = Content<User>;

/** The use cases of users. They are shared by all clients. */
@Injectable()
export class UsersService {
  private readonly records: VersionedRecords<User>;

  constructor(
    private readonly dataSource: DataSource,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
  ) {
    this.records = new VersionedRecords(dataSource, User, 'user');
  }

  /**
   * @param request that may be repeated: then the user is there, and comes as it is now
   * @throws UserExists | IdempotencyKeyReused
   */
  async createUser(
    caller: Caller,
    id: string,
    content: UserContent,
    request?: RepeatableRequest,
  ): Promise<{ user: User; isNew: boolean }> {
    const { isRepeat } = await this.dataSource.transaction((manager) =>
      this.requests.once(manager, request, async () => {
        const created = await this.records.insertIn(manager, id, content, caller.name);
        if (!created) throw new UserExists(id);
        await this.note(manager, caller, 'user.created', id);
        return id;
      }),
    );
    return { user: await this.requireUser(id), isNew: !isRepeat };
  }

  /** @throws UserNotFound */
  async requireUser(id: string): Promise<User> {
    const found = await this.records.find(id);
    if (!found) throw new UserNotFound(id);
    return found;
  }

  /** A page of all users, by id. */
  listUsers(page: PageRequest): Promise<Page<User>> {
    return this.records.list(page);
  }

  /** Whether the user exists; it cannot be deleted before the transaction ends. */
  holdIn(manager: EntityManager, id: string): Promise<boolean> {
    return this.records.holdIn(manager, id);
  }

  /** The ids among these that users have; none of them can be deleted before the transaction ends. */
  holdAllIn(manager: EntityManager, ids: readonly string[]): Promise<Set<string>> {
    return this.records.holdAllIn(manager, ids);
  }

  /**
   * Replaces what is given of a user that exists; one that is so already stays as it is, with its version.
   * @throws UserNotFound | PreconditionFailed
   */
  changeUser(
    caller: Caller,
    id: string,
    precondition: Precondition,
    content: Partial<UserContent>,
  ): Promise<User> {
    return this.dataSource.transaction(async (manager) => {
      const changed = await this.records.changeIn(manager, id, precondition, content, caller.name);
      if (!changed) throw new UserNotFound(id);
      if (changed.isChanged) await this.note(manager, caller, 'user.changed', id);
      return changed.record;
    });
  }

  /** @throws UserNotFound | UserInUse | PreconditionFailed */
  async deleteUser(caller: Caller, id: string, precondition: Precondition): Promise<void> {
    try {
      await this.dataSource.transaction(async (manager) => {
        const removed = await this.records.removeIn(manager, id, precondition);
        if (!removed) throw new UserNotFound(id);
        await this.note(manager, caller, 'user.deleted', id);
      });
    } catch (error) {
      throw error instanceof RecordInUse ? new UserInUse(id) : error;
    }
  }

  private note(manager: EntityManager, caller: Caller, action: AuditedAction, id: string) {
    return this.audit.recordIn(manager, caller, action, pathOf('users', id));
  }
}
