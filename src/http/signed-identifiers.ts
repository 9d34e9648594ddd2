import type { RequestHandler } from 'express';

/** Query parameter of a signed address. */
export const SIGNATURE_PARAMETER = 'signature';

const SIGNATURE = String.raw`\d{1,12}\.[\w-]+\.[\w-]{43}`;
const SIGNED = new RegExp(`^~(${SIGNATURE})?~(.+)$`, 's');
const IN_PATH = new RegExp(`(?:~|%7e)${SIGNATURE}(?:~|%7e)`, 'gi');
// The first segment behind is an image's; a list has none.
const IIIF = /^(\/iiif\/(?:presentation\/)?3\/)([^/?]+)([^?]*)\??(.*)$/is;

/**
 * How an address names an image where no query may follow (IIIF appends to it): the key itself, or
 * `~<signature>~<key>`. A key that looks like that has an empty signature in front.
 */
export function identifierOf(key: string, signature?: string): string {
  if (signature === undefined) return SIGNED.test(key) ? `~~${key}` : key;
  return `~${signature}~${key}`;
}

/** The key that an identifier names, and the signature in front of it. */
export function readIdentifier(identifier: string): { key: string; signature?: string } {
  const [, signature, key] = SIGNED.exec(identifier) ?? [];
  if (key === undefined) return { key: identifier };
  return signature === undefined ? { key } : { key, signature };
}

/**
 * Brings IIIF addresses to the form that all others have: the key in the path, the signature in the query. What
 * comes behind need not know of identifiers; `request.originalUrl` stays as it was sent.
 */
export const takeSignatures: RequestHandler = (request, _response, next) => {
  const [, prefix = '', segment, rest = '', query = ''] = IIIF.exec(request.url) ?? [];
  const identifier = segment === undefined ? undefined : decoded(segment);
  if (identifier !== undefined) {
    const { key, signature } = readIdentifier(identifier);
    const parameters = [query, signature && `${SIGNATURE_PARAMETER}=${signature}`].filter(Boolean);
    if (key !== identifier)
      request.url = `${prefix}${encodeURIComponent(key)}${rest}?${parameters.join('&')}`;
  }
  next();
};

/** A path as a log may have it. */
export function withoutSignatures(path: string): string {
  return path.replace(IN_PATH, '~');
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    // The router says what is wrong with it.
    return undefined;
  }
}
