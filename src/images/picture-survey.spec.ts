import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import { drawPicture } from '../../test/helpers/pictures.js';
import { PictureSurvey } from './picture-survey.js';

const SIGNAL = new AbortController().signal;
let folder: string;
let headersRead: number;
let survey: PictureSurvey;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'loupe-survey-'));
  await writeFile(join(folder, 'png'), await drawPicture({ format: 'png', width: 40, height: 30 }));
  await writeFile(
    join(folder, 'jpeg'),
    await drawPicture({ format: 'jpeg', width: 40, height: 30 }),
  );
});
afterAll(() => rm(folder, { recursive: true }));

beforeEach(() => {
  headersRead = 0;
  const turns = { forHeader: <T>(_bytes: number, read: () => Promise<T>) => read() };
  survey = new PictureSurvey(turns, 500, (path) => {
    headersRead += 1;
    return sharp(path).metadata();
  });
});

describe('the survey of a picture', () => {
  it('says what the file says of itself, and reads the header where pixels may have 16 bits', async () => {
    const png = await survey.forRendition(join(folder, 'png'), undefined, SIGNAL);
    expect(png).toMatchObject({ mediaType: 'image/png', header: { width: 40, height: 30 } });
    const jpeg = await survey.forRendition(join(folder, 'jpeg'), undefined, SIGNAL);
    expect(jpeg).toMatchObject({ mediaType: 'image/jpeg', structure: { components: 3 } });
    expect([jpeg.header, headersRead]).toEqual([undefined, 1]);
  });

  it('is remembered by identity, and by nothing else', async () => {
    const path = join(folder, 'png');
    const first = await survey.forRendition(path, 'a', SIGNAL);
    expect(await survey.forRendition(path, 'a', SIGNAL)).toEqual(first);
    expect(headersRead).toBe(1);
    await survey.forRendition(path, 'b', SIGNAL);
    await survey.forRendition(path, undefined, SIGNAL);
    expect(headersRead).toBe(3);
  });
});
