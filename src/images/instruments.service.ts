import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import { Environment } from '../config/environment.js';
import type { PageRequest } from '../database/page.js';
import type { ImageFilter } from './image.js';
import type { InstrumentUses } from './instrument-use.js';
import { InstrumentUsesRepository } from './instrument-uses.repository.js';

/** What labels the images of a filter carry. The labels themselves belong to annotations. */
@Injectable()
export class InstrumentsService {
  constructor(
    private readonly repository: InstrumentUsesRepository,
    private readonly environment: Environment,
  ) {}

  /**
   * A page of the labels that the images of a filter carry, by name, with counts in those images.
   * @param withUnused also those that none of these images carries: all, except for callers bound to clients those
   *   that only images of others carry, unless the vocabulary is closed and so everybody's
   */
  listInstruments(
    caller: Caller,
    filter: ImageFilter,
    withUnused: boolean,
    page: PageRequest,
  ): Promise<InstrumentUses> {
    const isShared = !caller.isBound || this.environment.instruments === 'closed';
    const unused = isShared ? 'all' : 'unless-of-others';
    return this.repository.list(caller, filter, withUnused ? unused : 'left-out', page);
  }
}
