import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { LIMITS, PictureFiles } from '../../../test/helpers/picture-files.js';
import { svg } from '../../../test/helpers/pictures.js';
import { UnrecognisedPicture } from '../image-file.errors.js';
import { DomainError } from '../../errors/domain-error.js';
import { ImageFileService } from '../image-file.service.js';

// The service blocks all loaders but its own when it is imported.
const service = new ImageFileService(LIMITS);
let files: PictureFiles;

beforeAll(async () => {
  files = await PictureFiles.create();
});
afterAll(() => files.remove());

describe('SVG', () => {
  it('is drawn from memory, which is where overlays are', async () => {
    await expect(sharp(svg()).png().toBuffer()).resolves.toBeInstanceOf(Buffer);
  });

  it('is not read from a file, which is where uploads are', async () => {
    const path = await files.put(svg());
    await expect(sharp(path).metadata()).rejects.toThrow('unsupported image format');
    await expect(service.inspect(path)).rejects.toThrow(UnrecognisedPicture);
  });

  it('is not read from a file that begins as another picture, either', async () => {
    for (const start of ['\xff\xd8\xff', '\x89PNG', 'GIF8', 'II*\0']) {
      const path = await files.put(Buffer.concat([Buffer.from(start, 'latin1'), svg()]));
      await expect(service.inspect(path)).rejects.toThrow(DomainError);
    }
  });
});
