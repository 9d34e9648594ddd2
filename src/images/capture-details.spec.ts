import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { writeTiffField } from '../../test/helpers/picture-bombs.js';
import { PictureFiles } from '../../test/helpers/picture-files.js';
import { type Drawing, drawPicture } from '../../test/helpers/pictures.js';
import { captureDetailsOf } from './capture-details.js';

const SMALL = { width: 16, height: 8 };

async function detailsOf(exif: Drawing['exif'], format: Drawing['format'] = 'jpeg') {
  const picture = await drawPicture({ ...SMALL, format, exif });
  const { exif: block } = await sharp(picture).metadata();
  return captureDetailsOf(block ?? Buffer.alloc(0));
}

describe('captureDetailsOf', () => {
  let files: PictureFiles;
  beforeAll(async () => {
    files = await PictureFiles.create();
  });
  afterAll(() => files.remove());

  it.each(['jpeg', 'png', 'webp', 'avif'] as const)(
    'reads time and camera of %s',
    async (format) => {
      const exif = {
        takenAt: '2024:05:06 07:08:09',
        subSecond: '5',
        offset: '+02:00',
        make: 'Canon',
        model: 'Canon EOS R5',
      };
      await expect(detailsOf(exif, format)).resolves.toEqual({
        takenAt: { local: '2024-05-06T07:08:09.500', offset: '+02:00' },
        camera: 'Canon EOS R5',
      });
    },
  );

  it('reads them from a TIFF, wherever its directory stands', async () => {
    const path = await files.put(tiffWithExif(300_000));
    await expect(captureDetailsOf(path)).resolves.toEqual({
      takenAt: { local: '2024-05-06T07:08:09.000' },
      camera: 'Acme Lens',
    });
  });

  it('invents no offset, and cuts what is finer than a millisecond', async () => {
    const exif = { takenAt: '2024:02:29 23:59:59', subSecond: '123999' };
    const { takenAt } = await detailsOf(exif);
    expect(takenAt).toEqual({ local: '2024-02-29T23:59:59.123' });
  });

  it.each([
    '0000:00:00 00:00:00',
    '2023:02:29 00:00:00',
    '2024:05:06 24:00:00',
    '    :  :     :  :  ',
  ])('finds no time in %p', async (takenAt) => {
    await expect(detailsOf({ takenAt, offset: '+02:00' })).resolves.toEqual({});
  });

  it.each(['+15:00', '02:00', '+2', 'CEST'])('leaves out the offset %p', async (offset) => {
    const { takenAt } = await detailsOf({ takenAt: '2024:05:06 07:08:09', offset });
    expect(takenAt).toEqual({ local: '2024-05-06T07:08:09.000' });
  });

  it.each([
    ['Canon', 'Canon EOS R5', 'Canon EOS R5'],
    ['NIKON CORPORATION', 'NIKON D850', 'NIKON D850'],
    ['samsung', 'SM-G991B', 'samsung SM-G991B'],
    ['  Acme  ', undefined, 'Acme'],
    [undefined, 'Lens', 'Lens'],
    ['Ac\u0001me\u007f', 'One\tTwo', 'Ac me One Two'],
    ['x'.repeat(500), undefined, 'x'.repeat(60)],
  ])('calls the camera of %p and %p %p', async (make, model, camera) => {
    await expect(detailsOf({ make, model })).resolves.toEqual({ camera });
  });

  it.each([
    Buffer.alloc(0),
    Buffer.from('Exif\0\0'),
    Buffer.from('II*\0'),
    Buffer.from('MM\0*\xff\xff\xff\xffgarbage', 'latin1'),
    Buffer.from('II*\0\x08\0\0\0\xff\xff', 'latin1'),
    Buffer.from('neither this nor that'),
  ])('says nothing of broken EXIF (%#)', async (broken) => {
    await expect(captureDetailsOf(broken)).resolves.toEqual({});
  });
});

/** A TIFF whose directory comes after `pixels` bytes, as most writers have it. */
function tiffWithExif(pixels: number): Buffer {
  const text = Buffer.from('Acme\0\0Lens\0\x002024:05:06 07:08:09\0', 'latin1');
  const textAt = 8 + pixels;
  const mainAt = textAt + text.length + (text.length % 2);
  const exifAt = mainAt + 2 + 3 * 12 + 4;
  const file = Buffer.alloc(exifAt + 2 + 12 + 4);
  file.write('II*\0', 'latin1');
  file.writeUInt32LE(mainAt, 4);
  text.copy(file, textAt);
  file.writeUInt16LE(3, mainAt);
  writeTiffField(file, mainAt + 2, 0x010f, 2, 5, textAt);
  writeTiffField(file, mainAt + 14, 0x0110, 2, 5, textAt + 6);
  writeTiffField(file, mainAt + 26, 0x8769, 4, 1, exifAt);
  file.writeUInt16LE(1, exifAt);
  writeTiffField(file, exifAt + 2, 0x9003, 2, 20, textAt + 12);
  return file;
}
