import { parse } from 'node:querystring';

/** The parameters of a query; a repeated one is an array of its values. All of them: node's own limit drops some. */
export function parseQuery(query: string | null | undefined): Record<string, unknown> {
  return parse(query ?? '', '&', '=', { maxKeys: 0 });
}

/** The names of the parameters that are not percent-encoded UTF-8, as far as they can be read. */
export function malformedParameters(query: string): string[] {
  return query.split('&').flatMap((pair) => {
    if (isWellFormed(pair)) return [];
    return Object.keys(parseQuery(pair));
  });
}

function isWellFormed(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
