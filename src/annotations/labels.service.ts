import { Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import { type AuditedAction, AuditLog } from '../access/audit-log.service.js';
import type { Caller } from '../access/caller.js';
import { versionTag } from '../database/entity-tag.js';
import type { Page, PageRequest } from '../database/page.js';
import { type RepeatableRequest, RepeatableRequests } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { pathOf } from '../http/reply.js';
import type { InstrumentChange } from './instrument-change.entity.js';
import {
  type Carriers,
  type InstrumentAction,
  type Label,
  type LabelChange,
  type LabelWish,
  NO_CARRIERS,
} from './instrument-changes.js';
import {
  InstrumentExists,
  InstrumentInUse,
  InstrumentNotFound,
  UnknownInstrument,
  unknownInstrument,
} from './instruments.errors.js';
import { changeLabelsAlone } from './label-gate.js';
import { LabelListsService } from './label-lists.service.js';
import { LabelsRepository } from './labels.repository.js';
import { Vocabulary } from './vocabulary.js';

const AUDITED: Readonly<Record<InstrumentAction, AuditedAction>> = {
  created: 'instrument.created',
  renamed: 'instrument.renamed',
  merged: 'instrument.merged',
  deleted: 'instrument.deleted',
};

/** The use cases of labels themselves: one name for all that carries it. They are shared by all clients. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly labels: LabelsRepository,
    private readonly relister: LabelListsService,
    private readonly vocabulary: Vocabulary,
    private readonly requests: RepeatableRequests,
    private readonly audit: AuditLog,
  ) {}

  /**
   * The label of this name. For callers bound to clients, what only the images of others carry does not exist, unless
   * the vocabulary is closed: then it is everybody's.
   * @throws InstrumentNotFound
   */
  async requireLabel(caller: Caller, name: string): Promise<Label> {
    const label = await this.labels.findFor(caller, name, this.vocabulary.isClosed);
    if (!label) throw new InstrumentNotFound(name);
    return label;
  }

  /**
   * Adds a label that nothing carries yet.
   * @param request that may be repeated: then the label is there, and comes as it is now
   * @throws InstrumentExists | IdempotencyKeyReused | InstrumentNotFound when what was made then is deleted
   */
  async createLabel(
    caller: Caller,
    name: string,
    request?: RepeatableRequest,
  ): Promise<{ label: Label; isNew: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      const { subject, isRepeat } = await this.requests.once(manager, request, async () => {
        await changeLabelsAlone(manager);
        const id = await this.labels.insert(manager, name);
        if (id === undefined) throw new InstrumentExists(name);
        await this.note(manager, caller, { id, name }, 'created', { to: name });
        return id;
      });
      // It may be called something else by now, or be deleted, and another one be called so.
      const now = await this.vocabulary.nameOf(manager, subject);
      if (now === undefined) throw new InstrumentNotFound(name);
      return { label: await this.requireIn(manager, now), isNew: !isRepeat };
    });
  }

  /**
   * Changes what all annotations are called that carry a label, by changing its row, however many they are; where
   * another label is called so already, they carry that one from then on.
   * @throws InstrumentNotFound | PreconditionFailed | InstrumentExists
   */
  async changeLabel(
    caller: Caller,
    name: string,
    precondition: Precondition,
    wish: LabelWish,
  ): Promise<LabelChange> {
    const known = await this.requireIn(this.dataSource.manager, name);
    // Counted before: with the gate closed it would keep everybody waiting.
    const carriers = await this.labels.carriersOf(known.id);
    const action = await this.dataSource.transaction((manager) =>
      this.changeIn(manager, caller, name, precondition, wish, carriers),
    );
    if (action === 'merge' && !wish.dryRun) this.relister.begin();
    const concerned = action === 'none' ? NO_CARRIERS : carriers;
    return { from: name, to: wish.to, action, isDone: !wish.dryRun, ...concerned };
  }

  /**
   * Deletes a label that nothing carries, or gives what carries it another one.
   * @param replacement is made if there is none and the vocabulary is open: by renaming
   * @throws InstrumentNotFound | PreconditionFailed | InstrumentInUse | UnknownInstrument
   */
  async deleteLabel(
    caller: Caller,
    name: string,
    precondition: Precondition,
    replacement?: string,
  ): Promise<void> {
    if (replacement !== undefined && replacement !== name)
      await this.replaceLabel(caller, name, precondition, replacement);
    else {
      const known = await this.requireIn(this.dataSource.manager, name);
      const carriers = await this.labels.carriersOf(known.id);
      await this.dataSource.transaction(async (manager) => {
        await changeLabelsAlone(manager);
        const label = await this.requireCurrent(manager, name, precondition);
        if (await this.labels.isCarried(manager, label.id))
          throw new InstrumentInUse(name, carriers);
        const at = new Date();
        await this.labels.remove(manager, label.id, at);
        await this.note(manager, caller, label, 'deleted', { at, from: name });
      });
    }
  }

  /**
   * What was done to a label, or to the labels that were called so before; newest first.
   * @throws InstrumentNotFound when there is no such label and never was
   */
  async listChanges(name: string, page: PageRequest): Promise<Page<InstrumentChange>> {
    const changes = await this.labels.listChanges(name, page);
    if (changes.items.length === 0 && !page.after)
      await this.requireIn(this.dataSource.manager, name);
    return changes;
  }

  /**
   * What was done to all labels, from a time on; the oldest first. Renames and merges change what annotations are called
   * without writing any of them: who keeps a copy does the same to it.
   */
  listAllChanges(since: Date | undefined, page: PageRequest): Promise<Page<InstrumentChange>> {
    return this.labels.listAllChanges(since, page);
  }

  private async replaceLabel(
    caller: Caller,
    name: string,
    precondition: Precondition,
    replacement: string,
  ): Promise<void> {
    await this.requireIn(this.dataSource.manager, name);
    if (this.vocabulary.isClosed && !(await this.labels.find(replacement)))
      throw new UnknownInstrument([
        { parameter: 'replacement', detail: unknownInstrument(replacement) },
      ]);
    const wish = { to: replacement, merge: true, dryRun: false };
    await this.changeLabel(caller, name, precondition, wish);
  }

  private async changeIn(
    manager: EntityManager,
    caller: Caller,
    name: string,
    precondition: Precondition,
    { to, merge, dryRun }: LabelWish,
    carriers: Carriers,
  ): Promise<LabelChange['action']> {
    if (!dryRun) await changeLabelsAlone(manager);
    const label = await this.requireCurrent(manager, name, precondition);
    const target = await this.labels.find(to, manager);
    if (target?.id === label.id) return 'none';
    if (target && !merge) throw new InstrumentExists(to);
    const action = target ? 'merge' : 'rename';
    if (dryRun) return action;
    const deed = { at: new Date(), by: caller.name };
    const names = { at: deed.at, from: label.name, to, carriers };
    if (target) {
      await this.labels.merge(manager, label.id, target, deed);
      await this.note(manager, caller, label, 'merged', { ...names, targetId: target.id });
    } else {
      await this.labels.rename(manager, label.id, to, deed);
      await this.note(manager, caller, label, 'renamed', names);
    }
    return action;
  }

  private async requireCurrent(
    manager: EntityManager,
    name: string,
    precondition: Precondition,
  ): Promise<Label> {
    const label = await this.requireIn(manager, name);
    precondition.assertHolds('instrument', {
      etag: versionTag(label.version),
      version: label.version,
      changedAt: label.renamedAt,
      changedBy: label.renamedBy,
    });
    return label;
  }

  private async requireIn(manager: EntityManager, name: string): Promise<Label> {
    const label = await this.labels.find(name, manager);
    if (!label) throw new InstrumentNotFound(name);
    return label;
  }

  /** Writes down what is done, for the history of labels and for the audit log. */
  private async note(
    manager: EntityManager,
    caller: Caller,
    label: { id: string; name: string },
    action: InstrumentAction,
    change: { at?: Date; from?: string; to?: string; targetId?: string; carriers?: Carriers },
  ): Promise<void> {
    await this.audit.recordIn(manager, caller, AUDITED[action], pathOf('instruments', label.name));
    const { carriers = NO_CARRIERS } = change;
    await this.labels.record(manager, {
      instrumentId: label.id,
      targetId: change.targetId ?? null,
      at: change.at ?? new Date(),
      by: caller.name,
      action,
      fromName: change.from ?? null,
      toName: change.to ?? null,
      imageCount: carriers.images,
      annotationCount: carriers.annotations,
      isEstimated: carriers.isEstimated,
    });
  }
}
