import type { ServerResponse } from 'node:http';

/** Characters up to which a text goes out in one piece with the headers; a longer one would be copied for that. */
const SHORT_TEXT = 16_384;

/** Ends an answer with a text of many parts, each of which is copied only once. */
export function sendText(response: ServerResponse, parts: readonly string[]): void {
  const sizes = parts.map((part) => Buffer.byteLength(part));
  const size = sizes.reduce((sum, one) => sum + one, 0);
  response.setHeader('Content-Length', size);
  if (size <= SHORT_TEXT) {
    response.end(parts.join(''));
    return;
  }
  const bytes = Buffer.allocUnsafeSlow(size);
  let end = 0;
  parts.forEach((part, place) => {
    // As many bytes as characters: all of it is ASCII, which is copied as it is.
    end += bytes.write(part, end, sizes[place] === part.length ? 'latin1' : 'utf8');
  });
  response.end(bytes);
}
