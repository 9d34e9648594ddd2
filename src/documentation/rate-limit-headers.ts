import type { Header } from './document.js';

/** What is left to a caller, if there is a limit (RATE_LIMIT). */
export const RATE_LIMIT_HEADERS: Readonly<Record<string, Header>> = {
  'RateLimit-Policy': {
    description:
      'What is counted (`caller`, `address`, `pictures` or `refusals`), how much of it is answered (q) in how many seconds (w), as draft-ietf-httpapi-ratelimit-headers has it.',
    schema: {
      type: 'string',
      pattern: '^"[a-z]+";q=\\d+;w=\\d+$',
      examples: ['"caller";q=600;w=60'],
    },
  },
  RateLimit: {
    description: 'What of it is left (r), and for how many seconds (t).',
    schema: {
      type: 'string',
      pattern: '^"[a-z]+";r=\\d+;t=\\d+$',
      examples: ['"caller";r=599;t=60'],
    },
  },
  'RateLimit-Limit': {
    description: 'The same limit, as early versions of that draft have it.',
    schema: { type: 'integer', minimum: 1, examples: [600] },
  },
  'RateLimit-Remaining': {
    description: 'What of it is left.',
    schema: { type: 'integer', minimum: 0, examples: [599] },
  },
  'RateLimit-Reset': {
    description: 'Seconds until all of it is there again.',
    schema: { type: 'integer', minimum: 1, examples: [60] },
  },
};
