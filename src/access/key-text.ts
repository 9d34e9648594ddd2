import { createHash, randomBytes } from 'node:crypto';

// 32 characters, so that five random bits choose one; without l, o, 0 and 1, which look alike.
const ALPHABET = 'abcdefghijkmnpqrstuvwxyz23456789';
const PREFIX_LENGTH = 10;
const SECRET_BYTES = 32;
const KEY = /^loupe_([a-z2-9]{10})_([\w-]{43})$/;

/** A new API key: `loupe_<prefix>_<secret>`. */
export interface NewKey {
  /** The whole of it, which is shown once and kept nowhere. */
  text: string;
  prefix: string;
  /** Hexadecimal. */
  secretSha256: string;
}

/** The parts of what is sent as an API key. */
export interface SentKey {
  prefix: string;
  secretSha256: string;
}

/** Makes a key whose secret has 256 random bits. */
export function makeKey(): NewKey {
  const prefix = Array.from(randomBytes(PREFIX_LENGTH), (byte) => ALPHABET[byte % 32]).join('');
  const secret = randomBytes(SECRET_BYTES).toString('base64url');
  return { text: `loupe_${prefix}_${secret}`, prefix, secretSha256: sha256(secret) };
}

/** Takes an API key apart; undefined if the text has not the form of one. */
export function readKey(text: string): SentKey | undefined {
  const [, prefix, secret] = KEY.exec(text) ?? [];
  if (prefix === undefined || secret === undefined) return undefined;
  return { prefix, secretSha256: sha256(secret) };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
