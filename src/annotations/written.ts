import type { Reply } from '../http/reply.js';

/** What a write answers: if it was only tried, 200 and what it would have made, which has no address and no entity tag. */
export function written<T>(reply: Reply<T>, { isRehearsal }: { isRehearsal: boolean }): Reply<T> {
  return isRehearsal ? reply.withoutRepresentation().with('X-Validate', 'only') : reply;
}
