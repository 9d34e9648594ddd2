import { Injectable } from '@nestjs/common';
import type { EntityManager } from 'typeorm';
import type { Caller } from '../../access/caller.js';
import { ImpossibleGeometry } from '../../annotations/annotations.errors.js';
import {
  AnnotationSetsService,
  type FirstSet,
  firstSetOf,
} from '../../annotations/annotation-sets.service.js';
import { UnknownInstrument } from '../../annotations/instruments.errors.js';
import { DomainError, type Fault } from '../../errors/domain-error.js';
import type { RecordDraft } from '../image.js';
import type { Image } from '../image.entity.js';
import { newImage } from '../image-creation.service.js';
import { ImageExists, ImageInTrash, UnknownReference } from '../images.errors.js';
import { ImagesRepository } from '../images.repository.js';
import { ImagesService } from '../images.service.js';
import type { BatchOutcome } from './image-batch.js';

/** A record of a batch that may be made. */
export interface Candidate {
  draft: RecordDraft;
  /** Its key, chosen by the client or made for it. */
  key: string;
  /** Of the request that `POST /images` would take for it. */
  digest: string;
  /** What makes its annotations impossible. */
  geometry: readonly Fault[];
  /** Labels of its annotations that a closed vocabulary lacks. */
  labels: readonly Fault[];
}

/** One that is to be inserted. */
interface Insertion {
  candidate: Candidate;
  first: FirstSet;
}

/**
 * Makes the images of a batch with a number of statements that does not grow with them. It decides about each as
 * if they came one after the other: the first one that can be made has its key, an equal one behind it is its
 * repetition, and any other is refused.
 */
@Injectable()
export class ImageBatchWriter {
  constructor(
    private readonly repository: ImagesRepository,
    private readonly images: ImagesService,
    private readonly annotations: AnnotationSetsService,
  ) {}

  /**
   * @returns the outcome of each candidate, in order
   * @throws UnknownInstrument when a closed vocabulary lost a label since the candidates were judged
   */
  async createIn(
    manager: EntityManager,
    caller: Caller,
    candidates: readonly Candidate[],
  ): Promise<BatchOutcome[]> {
    const keys = [...new Set(candidates.map(({ key }) => key))];
    const known = await this.repository.findAll(caller, keys, manager);
    const drafts = candidates.map(({ draft }) => draft);
    const references = await this.images.unknownReferencesIn(manager, drafts);

    const wanted = new Map<string, Insertion>();
    const early = candidates.map((candidate, place) => {
      const { key } = candidate;
      const there = known.get(key);
      if (there) return meeting(there, candidate);
      // Decided with the one before it, which takes the key.
      if (wanted.has(key)) return undefined;
      const insertion = attempt(candidate, references[place] ?? []);
      if (insertion instanceof DomainError) return insertion;
      wanted.set(key, insertion);
      return undefined;
    });

    const made = await this.insert(manager, caller, [...wanted.values()]);
    const lost = [...wanted.keys()].filter((key) => !made.has(key));
    const others = await this.repository.findAll(caller, lost, manager);
    return candidates.map((candidate, place) => {
      const outcome = early[place];
      if (outcome) return outcome;
      const { key, digest } = candidate;
      const taker = wanted.get(key)?.candidate;
      if (made.has(key)) {
        if (taker === candidate) return { key, isNew: true };
        return taker?.digest === digest ? { key, isNew: false } : new ImageExists(key);
      }
      const there = others.get(key);
      // The key is another client's, of whom the caller learns no more than that.
      return there ? meeting(there, candidate) : new ImageExists(key);
    });
  }

  /** Inserts those whose key is free, with everything that belongs to them. @returns their keys */
  private async insert(
    manager: EntityManager,
    caller: Caller,
    insertions: readonly Insertion[],
  ): Promise<ReadonlySet<string>> {
    const rows = insertions.map(({ candidate: { draft, key, digest }, first }) => ({
      ...newImage(caller, { ...draft, key, hardwareId: draft.hardwareId ?? null }, null, digest),
      ...first.columns,
    }));
    const ids = await this.repository.insertAll(manager, rows);
    await this.images.noteAllMadeIn(
      manager,
      caller,
      rows.filter(({ key }) => ids.has(key)),
    );
    // Behind the images: nobody waits for an image who has the gate of the labels.
    const sets = insertions.flatMap(({ candidate, first }) => {
      const imageId = ids.get(candidate.key);
      return imageId === undefined || first.contents.length === 0 ? [] : [{ imageId, first }];
    });
    await this.annotations.createSetsIn(manager, caller, sets);
    return new Set(ids.keys());
  }
}

/** What a candidate meets that comes to an image which has its key. */
export function meeting(image: Image, { digest }: Pick<Candidate, 'digest'>): BatchOutcome {
  if (image.trashedAt) return new ImageInTrash(image.key);
  if (image.creationDigest !== digest) return new ImageExists(image.key);
  return { key: image.key, isNew: false };
}

/** A candidate whose key is free as it is to be inserted, or what is wrong with it. */
function attempt(candidate: Candidate, references: readonly Fault[]): Insertion | DomainError {
  const { draft, geometry, labels } = candidate;
  if (references.length > 0) return new UnknownReference([...references, ...geometry, ...labels]);
  if (geometry.length > 0) return new ImpossibleGeometry([...geometry, ...labels]);
  if (labels.length > 0) return new UnknownInstrument(labels);
  try {
    return { candidate, first: firstSetOf(draft.annotations) };
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
}
