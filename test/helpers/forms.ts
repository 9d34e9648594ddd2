/** A part of a form, as it goes out. */
export interface Part {
  name: string;
  body: string | Uint8Array;
  /** Without the quotes around it; written as it stands. */
  fileName?: string;
  type?: string;
}

export const BOUNDARY = 'loupe-boundary';
export const FORM_TYPE = `multipart/form-data; boundary=${BOUNDARY}`;

/** The body of a form, byte for byte as it is written here. */
export function formOf(...parts: Part[]): Buffer {
  const pieces = parts.flatMap(({ name, body, fileName, type }) => [
    `--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"`,
    fileName === undefined ? '' : `; filename="${fileName}"`,
    type === undefined ? '' : `\r\nContent-Type: ${type}`,
    '\r\n\r\n',
    body,
    '\r\n',
  ]);
  return Buffer.concat(
    [...pieces, `--${BOUNDARY}--\r\n`].map((piece) => Buffer.from(piece as string)),
  );
}
