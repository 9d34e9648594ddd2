import type { Request } from 'express';
import { callerNameOf } from './caller-name.js';
import { addressOf, networkOf } from './client-address.js';

/** Whom a request counts for where work is shared out: its caller, or the network that it comes from. */
export function partyOf(request: Request): string {
  return callerNameOf(request) ?? networkOf(addressOf(request));
}
