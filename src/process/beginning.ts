import type { Environment } from '../config/environment.js';
import type { Topic } from '../workers/topic.js';

/** The settings that a worker has, and its place among the others. */
export const SHARE: Topic<null, { number: number; environment: Environment }> = { name: 'share' };
/** A worker answers requests now, at this address. */
export const LISTENING: Topic<string, null> = { name: 'listening' };
/** A worker cannot go on for a reason that the operator can mend: a sentence. */
export const FAULT: Topic<string, null> = { name: 'fault' };
