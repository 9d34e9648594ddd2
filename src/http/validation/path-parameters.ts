import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { InvalidRequest } from '../../errors/invalid-request.js';
import { keyFault, labelFault } from './text.js';

/** Longest image key, in bytes of UTF-8. */
export const MAX_IMAGE_KEY_BYTES = 1_024;
/** Longest user, location and client id, in bytes of UTF-8. */
export const MAX_ID_BYTES = 255;
/** Longest label, in characters. */
export const MAX_LABEL_CHARACTERS = 255;
/** Largest annotation index: PostgreSQL's integer. */
export const MAX_ANNOTATION_INDEX = 2_147_483_647;

class KeyPipe implements PipeTransform<string, string> {
  constructor(private readonly maxBytes: number) {}

  transform(value: string, { data }: ArgumentMetadata): string {
    const key = value.normalize('NFC');
    const detail = keyFault(key, this.maxBytes);
    if (detail) throw new InvalidRequest([{ parameter: data ?? 'key', detail }]);
    return key;
  }
}

/** An image key from the path, in NFC. Express has decoded it once: it is never decoded again. */
@Injectable()
export class ImageKeyPipe extends KeyPipe {
  constructor() {
    super(MAX_IMAGE_KEY_BYTES);
  }
}

/** The id of a user or location from the path, in NFC. */
@Injectable()
export class IdPipe extends KeyPipe {
  constructor() {
    super(MAX_ID_BYTES);
  }
}

/** A label from the path, in NFC. */
@Injectable()
export class LabelPipe implements PipeTransform<string, string> {
  transform(value: string, { data }: ArgumentMetadata): string {
    const label = value.normalize('NFC');
    const detail = labelFault(label, MAX_LABEL_CHARACTERS);
    if (detail) throw new InvalidRequest([{ parameter: data ?? 'label', detail }]);
    return label;
  }
}

/** An annotation index from the path: 0 to 2^31-1 in plain digits. */
@Injectable()
export class AnnotationIndexPipe implements PipeTransform<string, number> {
  transform(value = '', { data }: Pick<ArgumentMetadata, 'data'> = {}): number {
    const index = /^(0|[1-9]\d{0,9})$/.test(value) ? Number(value) : NaN;
    if (index <= MAX_ANNOTATION_INDEX) return index;
    throw new InvalidRequest([
      {
        parameter: data ?? 'annotation_index',
        detail: `must be a whole number from 0 to ${MAX_ANNOTATION_INDEX}`,
      },
    ]);
  }
}
