import { beforeEach, describe, expect, it } from '@jest/globals';
import { v7 as uuidv7 } from 'uuid';
import type { Environment } from '../config/environment.js';
import type { ChangeFeed, ChangeSubscriber } from '../database/changes/change-feed.js';
import type { Image } from './image.entity.js';
import { PictureDirectory } from './picture-directory.js';
import { pictureColumns } from './stored-picture.js';

describe('PictureDirectory', () => {
  let feed: { isCurrent: boolean; told: ChangeSubscriber | undefined };
  let directory: PictureDirectory;

  beforeEach(() => {
    feed = { isCurrent: true, told: undefined };
    directory = directoryOf(100);
  });

  it('remembers the picture of an image that was read', async () => {
    const image = anImage('tray-7');
    expect(await directory.learning('tray-7', () => Promise.resolve(image))).toBe(image);
    expect(directory.peek('tray-7')).toMatchObject({
      id: image.id,
      key: 'tray-7',
      clientId: 'st-james',
      picture: { storageKey: image.fileStorageKey, sha256: 'ab' },
    });
  });

  it.each([
    ['has no picture', Object.assign(anImage('a'), pictureColumns(null))],
    ['is in the trash', Object.assign(anImage('a'), { trashedAt: new Date() })],
    ['is not there', null],
  ])('remembers nothing of an image that %s', async (_, image) => {
    await directory.learning('a', () => Promise.resolve(image));
    expect(directory.peek('a')).toBeUndefined();
  });

  it('knows nothing while changes may not be heard, and again afterwards', async () => {
    await learn('a');
    feed.isCurrent = false;
    expect(directory.peek('a')).toBeUndefined();
    feed.isCurrent = true;
    expect(directory.peek('a')).toBeDefined();
  });

  it('learns nothing of what is read while changes may not be heard', async () => {
    feed.isCurrent = false;
    const reading = reads('a');
    feed.isCurrent = true;
    await reading.end();
    expect(directory.peek('a')).toBeUndefined();
  });

  it.each<[string, (key: string) => void]>([
    ['is forgotten here', (key) => directory.forget(key)],
    ['changes elsewhere', (key) => feed.told!.changed(key)],
    ['is among all that were removed', () => feed.told!.changed('')],
    ['may have changed unheard', () => feed.told!.forgetAll()],
  ])('forgets a picture that %s', async (_, change) => {
    await learn('a');
    change('a');
    expect(directory.peek('a')).toBeUndefined();
    await learn('a');
    expect(directory.peek('a')).toBeDefined();
  });

  it.each<[string, (key: string) => void]>([
    ['it changes', (key) => feed.told!.changed(key)],
    ['anything may have changed', () => feed.told!.forgetAll()],
  ])('does not learn what was read before %s', async (_, change) => {
    const [first, second] = [reads('a'), reads('a')];
    change('a');
    await first.end();
    expect(directory.peek('a')).toBeUndefined();

    const later = reads('a');
    await second.end();
    expect(directory.peek('a')).toBeUndefined();
    await later.end();
    expect(directory.peek('a')).toBeDefined();
  });

  it('learns what is read while another picture changes', async () => {
    const reading = reads('a');
    feed.told!.changed('b');
    await reading.end();
    expect(directory.peek('a')).toBeDefined();
  });

  it('learns later what could not be read', async () => {
    const failing = directory.learning('a', () => Promise.reject(new Error('away')));
    await expect(failing).rejects.toThrow('away');
    await learn('a');
    expect(directory.peek('a')).toBeDefined();
  });

  it.each([
    ['succeeds', Promise.resolve('done')],
    ['fails, and may be committed all the same', Promise.reject(new Error('broken'))],
  ])('forgets a picture after work that %s', async (_, work) => {
    await learn('a');
    const done = directory.forgettingAfter('a', work);
    expect(directory.peek('a')).toBeDefined();
    await done.catch(() => undefined);
    expect(directory.peek('a')).toBeUndefined();
  });

  it('keeps those that were asked for last', async () => {
    directory = directoryOf(2);
    await learn('a');
    await learn('b');
    directory.peek('a');
    await learn('c');
    expect(['a', 'b', 'c'].filter((key) => directory.peek(key))).toEqual(['a', 'c']);
  });

  it('keeps fewer whose names are long', async () => {
    directory = directoryOf(10);
    const names = Array.from({ length: 10 }, (_, place) => String(place).repeat(1_024));
    for (const name of names) await learn(name);
    const kept = names.filter((name) => directory.peek(name));
    expect(kept).toEqual(names.slice(-3));
  });

  it('of no entries asks for no changes and remembers nothing', async () => {
    feed.told = undefined;
    directory = directoryOf(0);
    await learn('a');
    expect(feed.told).toBeUndefined();
    expect(directory.peek('a')).toBeUndefined();
  });

  function directoryOf(pictureDirectoryEntries: number): PictureDirectory {
    const subscribe = (channel: string, subscriber: ChangeSubscriber) => {
      expect(channel).toBe('loupe_images');
      feed.told = subscriber;
    };
    return new PictureDirectory(
      Object.assign(feed, { subscribe }) as unknown as ChangeFeed,
      { pictureDirectoryEntries } as Environment,
    );
  }

  function learn(key: string): Promise<Image> {
    return directory.learning(key, () => Promise.resolve(anImage(key)));
  }

  /** A query that is under way, until it ends with the image as it was. */
  function reads(key: string): { end(): Promise<unknown> } {
    let answer: (image: Image) => void = () => undefined;
    const reading = directory.learning(key, () => new Promise<Image>((done) => (answer = done)));
    return {
      end: () => {
        answer(anImage(key));
        return reading;
      },
    };
  }
});

function anImage(key: string): Image {
  const picture = {
    ...{ storageKey: uuidv7(), storedAt: new Date(), mediaType: 'image/jpeg' as const },
    ...{ width: 4, height: 3, bytes: 20, sha256: 'ab', orientation: 1, thumbhash: 'cd' },
  };
  const row = { id: '7', key, clientId: 'st-james', trashedAt: null, updatedAt: new Date() };
  return { ...row, ...pictureColumns(picture) } as Image;
}
