import type { Response } from 'supertest';
import type { Http } from './app.js';

/** The address of the page behind an answer (RFC 8288), or undefined at the end of the list. */
export function nextPage({ headers }: Response): string | undefined {
  const link = headers.link;
  if (link === undefined) return undefined;
  const [, address] = /^<([^>]+)>; rel="next"$/.exec(link) ?? [];
  if (address === undefined) throw new Error(`Link: ${link}`);
  return address;
}

/** Reads a list to its end. */
export async function allPages(http: Http, path: string): Promise<unknown[][]> {
  const pages: unknown[][] = [];
  for (let next: string | undefined = path; next !== undefined;) {
    const answer = await http.get(next).expect(200);
    pages.push(answer.body as unknown[]);
    next = nextPage(answer);
  }
  return pages;
}
