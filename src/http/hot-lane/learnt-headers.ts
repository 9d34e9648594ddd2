import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { LRUCache } from 'lru-cache';
import { recipeOf } from './recipe.js';

/** Pages of more origins are seldom served by one service. */
const MOST_ORIGINS = 16;
/** What belongs to what was answered, and not to the route. */
const OF_ONE_ANSWER = /^(?:content-length|etag)$/i;

/**
 * The headers of a route's answers, as the router gives them: the same for all of its answers with the same status,
 * but for the length and the entity tag, to pages of the same origin.
 */
export class LearntHeaders {
  private readonly recipes = new LRUCache<string, readonly string[]>({ max: 2 * MOST_ORIGINS });

  /** Names and values by turns; undefined before the router has given such an answer. */
  find(status: number, { origin }: IncomingHttpHeaders): readonly string[] | undefined {
    return this.recipes.get(nameOf(status, origin));
  }

  /** Remembers the headers of an answer that has been sent. */
  learn(response: ServerResponse): void {
    const recipe = recipeOf(response, OF_ONE_ANSWER);
    if (recipe) this.recipes.set(nameOf(response.statusCode, response.req.headers.origin), recipe);
  }
}

function nameOf(status: number, origin = ''): string {
  return `${status} ${origin}`;
}
