import { Injectable } from '@nestjs/common';
import type { Caller } from '../access/caller.js';
import type { Page, PageRequest } from '../database/page.js';
import type { InstrumentUse } from './instrument-use.js';
import { InstrumentsRepository } from './instruments.repository.js';

/** The use cases of labels. */
@Injectable()
export class InstrumentsService {
  constructor(private readonly repository: InstrumentsRepository) {}

  /** A page of the labels that annotations of images in use carry, by name. */
  listInstruments(caller: Caller, page: PageRequest): Promise<Page<InstrumentUse>> {
    return this.repository.listInUse(caller, page);
  }
}
