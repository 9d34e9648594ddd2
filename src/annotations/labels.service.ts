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
import type {
  Carriers,
  InstrumentAction,
  Label,
  LabelChange,
  LabelWish,
} from './instrument-changes.js';
import {
  InstrumentExists,
  InstrumentInUse,
  InstrumentNotFound,
  UnknownInstrument,
  unknownInstrument,
} from './instruments.errors.js';
import { changeLabelsAlone } from './label-gate.js';
import { type BegunMerge, LabelMerger } from './label-merger.js';
import { LabelsRepository } from './labels.repository.js';
import { Vocabulary } from './vocabulary.js';

const AUDITED: Readonly<Record<InstrumentAction, AuditedAction>> = {
  created: 'instrument.created',
  renamed: 'instrument.renamed',
  merged: 'instrument.merged',
  deleted: 'instrument.deleted',
};

/** What became of a wish inside the transaction; a merge that was begun goes on outside of it. */
interface Step {
  action: LabelChange['action'];
  merge?: BegunMerge;
}

/** The use cases of labels themselves: one name for all that carries it. They are shared by all clients. */
@Injectable()
export class LabelsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly labels: LabelsRepository,
    private readonly merger: LabelMerger,
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
   * @throws InstrumentExists | IdempotencyKeyReused
   */
  async createLabel(
    caller: Caller,
    name: string,
    request?: RepeatableRequest,
  ): Promise<{ label: Label; isNew: boolean }> {
    return this.dataSource.transaction(async (manager) => {
      const { isRepeat } = await this.requests.once(manager, request, async () => {
        await changeLabelsAlone(manager);
        const id = await this.labels.insert(manager, name);
        if (id === undefined) throw new InstrumentExists(name);
        await this.note(manager, caller, { id, name }, 'created', { to: name });
        return name;
      });
      return { label: await this.requireIn(manager, name), isNew: !isRepeat };
    });
  }

  /**
   * Changes what all annotations are called that carry a label: by changing one row, or, where a label is called so
   * already, by giving them that one, batch by batch. A merge that broke off is finished by wishing it again.
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
    const { action, merge } = await this.dataSource.transaction((manager) =>
      this.changeIn(manager, caller, name, precondition, wish, carriers),
    );
    const change = { from: name, to: wish.to, action, isDone: !wish.dryRun };
    if (action === 'none') return { ...change, images: 0, annotations: 0 };
    if (!merge) return { ...change, ...carriers };
    return { ...change, ...(await this.merger.carryOut(merge)) };
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
        await this.labels.remove(manager, label.id, new Date());
        await this.note(manager, caller, label, 'deleted', { from: name });
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

  private async replaceLabel(
    caller: Caller,
    name: string,
    precondition: Precondition,
    replacement: string,
  ): Promise<void> {
    const { id } = await this.requireIn(this.dataSource.manager, name);
    if (this.vocabulary.isClosed && !(await this.labels.find(replacement)))
      throw new UnknownInstrument([
        { parameter: 'replacement', detail: unknownInstrument(replacement) },
      ]);
    const wish = { to: replacement, merge: true, dryRun: false };
    const { action } = await this.changeLabel(caller, name, precondition, wish);
    // The replacement is itself being merged into the label.
    if (action === 'none') throw new InstrumentInUse(name, await this.labels.carriersOf(id));
  }

  private async changeIn(
    manager: EntityManager,
    caller: Caller,
    name: string,
    precondition: Precondition,
    { to, merge, dryRun }: LabelWish,
    carriers: Carriers,
  ): Promise<Step> {
    if (!dryRun) await changeLabelsAlone(manager);
    const label = await this.requireCurrent(manager, name, precondition);
    const there = await this.labels.find(to, manager);
    if (!there) {
      if (!dryRun) await this.renameIn(manager, caller, label, to, carriers);
      return { action: 'rename' };
    }
    // Who names a label that is being merged means the other one.
    const target = there.mergingInto ?? there;
    if (there.id === label.id || target.id === label.id) return { action: 'none' };
    if (!merge) throw new InstrumentExists(to);
    if (dryRun) return { action: 'merge' };
    return { action: 'merge', merge: await this.beginMerge(manager, caller, label, target) };
  }

  private async renameIn(
    manager: EntityManager,
    caller: Caller,
    label: Label,
    to: string,
    carriers: Carriers,
  ): Promise<void> {
    const at = new Date();
    await this.labels.rename(manager, label.id, to, { at, by: caller.name });
    // A merge that was begun goes no further: what carries the label still keeps it, under its new name.
    const unfinished = await this.labels.findUnfinished(manager, label.id);
    if (unfinished !== undefined) await this.labels.finishChange(manager, unfinished, at);
    await this.note(manager, caller, label, 'renamed', { from: label.name, to, carriers });
  }

  private async beginMerge(
    manager: EntityManager,
    caller: Caller,
    label: Label,
    target: { id: string; name: string },
  ): Promise<BegunMerge> {
    await this.labels.markMerging(manager, label.id, target.id);
    const changeId =
      (await this.labels.findUnfinished(manager, label.id)) ??
      (await this.note(manager, caller, label, 'merged', { from: label.name, to: target.name }));
    return { labelId: label.id, changeId, by: caller.name };
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
    { from, to, carriers }: { from?: string; to?: string; carriers?: Carriers },
  ): Promise<string> {
    const at = new Date();
    await this.audit.recordIn(manager, caller, AUDITED[action], pathOf('instruments', label.name));
    return this.labels.record(manager, {
      instrumentId: label.id,
      at,
      by: caller.name,
      action,
      fromName: from ?? null,
      toName: to ?? null,
      imageCount: carriers?.images ?? 0,
      annotationCount: carriers?.annotations ?? 0,
      finishedAt: action === 'merged' ? null : at,
    });
  }
}
