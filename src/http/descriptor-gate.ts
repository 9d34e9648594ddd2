import { existsSync, readdirSync } from 'node:fs';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestHandler } from 'express';
import { descriptorLimit } from '../config/descriptor-limit.js';
import { DomainError } from '../errors/domain-error.js';
import type { Drain } from './drain.js';

/** More is asked at once than the service has file descriptors for (503). */
export class TooManyRequestsAtOnce extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'overloaded';
  constructor() {
    super('Too many requests are being answered at the moment.');
  }
}

const OPEN = '/proc/self/fd';
/** For pictures being decoded, folders being synchronised, tokens being looked up, and the like. */
const SPARE = 16;
/** Connections that may be open beyond those of requests, so that a refusal can be told. */
const FOR_REFUSALS = 8;

/**
 * Refuses requests while it costs nothing, before the process runs out of file descriptors. Afterwards
 * everything that opens a file fails in its own way, decoders with "not a picture" among them.
 */
export class DescriptorGate {
  private sockets = 0;

  /** @param most sockets and files of requests that may be open at the same time */
  private constructor(
    private readonly most: number,
    private readonly requests: Pick<Drain, 'inFlight'>,
  ) {}

  /** What this process may have, less what it needs for itself. @param connections of the database */
  static forThisProcess(connections: number, requests: Pick<Drain, 'inFlight'>): DescriptorGate {
    const most = descriptorLimit() - openDescriptors() - connections - SPARE;
    return new DescriptorGate(most, requests);
  }

  /** Counts the connections of a server, and limits them. */
  watch(server: Server): void {
    if (this.most === Infinity) return;
    server.maxConnections = Math.max(1, this.most - FOR_REFUSALS);
    server.on('connection', (socket: Socket) => {
      this.sockets += 1;
      socket.once('close', () => (this.sockets -= 1));
    });
  }

  /** Every request passes here before its body is read. Health checks need no file. */
  readonly handler: RequestHandler = (request, _response, next) => {
    // Each may open one file: the one that it uploads, or the one that it downloads.
    const { inFlight } = this.requests;
    const isTooMuch = inFlight > 0 && this.sockets + inFlight >= this.most;
    next(
      isTooMuch && !request.path.startsWith('/health/') ? new TooManyRequestsAtOnce() : undefined,
    );
  };
}

function openDescriptors(): number {
  return existsSync(OPEN) ? readdirSync(OPEN).length : 0;
}
