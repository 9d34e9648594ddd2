import type { ProblemEntry } from './problem-entry.js';

/** Problems of who calls, what they may do and how often. */
export const ACCESS_PROBLEMS: Readonly<Record<string, ProblemEntry>> = {
  'credential-required': {
    status: 401,
    explanation:
      'The service asks who calls (AUTH=on). Send an API key as X-API-Key, or a token of its issuer as Authorization: Bearer.',
    example: 'Say who calls: send an API key as X-API-Key, or a token as Authorization: Bearer.',
  },
  'credential-refused': {
    status: 401,
    explanation:
      'The API key or token is not one of this service, has expired or was revoked. Get a new one.',
    example: 'The credential is not valid here, or not any more.',
  },
  'role-missing': {
    status: 403,
    explanation:
      "The caller's role is too low for this: viewer reads, annotator also writes annotations, capturer also creates images and uploads files, admin may do everything.",
    example: 'This asks for the role admin.',
  },
  'client-bound': {
    status: 403,
    explanation:
      'This concerns all clients at once, and the caller is bound to some of them. Ask somebody who is not.',
    example: 'This concerns all clients, and the caller is bound to some of them.',
  },
  'client-forbidden': {
    status: 403,
    explanation: 'The request names a client_id that the caller is not bound to.',
    example: 'The caller is bound to other clients than the one that the request names.',
  },
  'key-exceeds-caller': {
    status: 403,
    explanation:
      'An API key grants at most what its maker has: a role that is no higher, and for a maker who is bound to clients, some of these.',
    example: 'The key would grant more than its maker has: name a role and clients of your own.',
  },
  'api-key-not-found': {
    status: 404,
    explanation: 'No API key has this prefix, or it is bound to clients that the caller is not.',
    example: 'There is no API key "k7m2q9x4ab".',
  },
  'api-key-exists': {
    status: 409,
    explanation:
      'An API key has this name, or had it until it was revoked: the audit log names keys by it. Take another name.',
    example: 'An API key has or had the name "theatre-4 tablet": the audit log names keys by it.',
  },
  'issuer-unavailable': {
    status: 503,
    explanation:
      'The OpenID Connect issuer (OIDC_ISSUER) does not tell its keys at the moment, so that no token can be checked. API keys work.',
    example: 'The issuer of tokens does not answer at the moment, so that none can be checked.',
  },
  'rate-limited': {
    status: 429,
    explanation:
      'More came from the caller, or from its address, than the service answers in a minute. Try again after Retry-After; RateLimit tells what is left.',
    example: 'More than 600 requests in 60 seconds: try again in 12 seconds.',
  },
};
