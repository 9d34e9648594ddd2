import { Injectable } from '@nestjs/common';
import type { RequestHandler } from 'express';
import { DomainError } from '../errors/domain-error.js';

/** The service is about to end and takes no more work (503): another copy of it, or its successor, will. */
export class Draining extends DomainError {
  readonly kind = 'unavailable';
  readonly code = 'draining';
  constructor() {
    super('The service is stopping and takes no more requests.');
  }
}

/** Knows which requests are being answered, so that the service can end without breaking one off. */
@Injectable()
export class Drain {
  private state: 'serving' | 'announced' | 'refusing' = 'serving';
  private answering = 0;
  private whenIdle: (() => void) | undefined;

  /** Whether the end is near: readiness says so from now on, and requests may still come. */
  get isAnnounced(): boolean {
    return this.state !== 'serving';
  }

  /** How many requests are being answered. */
  get inFlight(): number {
    return this.answering;
  }

  /** Every request passes here. Health checks are answered to the end. */
  readonly handler: RequestHandler = (request, response, next) => {
    if (this.isAnnounced) response.setHeader('Connection', 'close');
    if (request.path.startsWith('/health/')) {
      next();
    } else if (this.state === 'refusing') {
      next(new Draining());
    } else {
      this.begin();
      response.once('close', () => this.end());
      next();
    }
  };

  /** A request begins to be answered, which the handler has not seen. */
  begin(): void {
    this.answering += 1;
  }

  /** Its answer is sent, or its client has left. */
  end(): void {
    this.answering -= 1;
    if (this.answering === 0) this.whenIdle?.();
  }

  /** Says that the service is about to end. */
  announce(): void {
    this.state = 'announced';
  }

  /** Refuses requests from now on. @returns when those of before are answered */
  refuse(): Promise<void> {
    this.state = 'refusing';
    if (this.answering === 0) return Promise.resolve();
    return new Promise((resolve) => (this.whenIdle = resolve));
  }
}
