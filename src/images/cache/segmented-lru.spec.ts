import { describe, expect, it } from '@jest/globals';
import type { CacheSegment } from '../../storage/cache-storage.js';
import { SegmentedLru, type Shelved } from './segmented-lru.js';

function entry(segment: CacheSegment, occupied = 1): Shelved {
  return { segment, occupied, addedAt: 0, usedAt: 0, touchedAt: 0, lent: 0 };
}

function filled(kept: number, probation: number): SegmentedLru {
  const lru = new SegmentedLru({ bytes: 10, entries: 100 });
  for (let index = 0; index < kept; index += 1) lru.add(`k${index}`, entry('kept'));
  for (let index = 0; index < probation; index += 1) lru.add(`p${index}`, entry('probation'));
  return lru;
}

describe('a segmented LRU', () => {
  it('gives all the room to whoever needs it, and a fifth to those on probation when all is taken', () => {
    expect(filled(0, 9).hasRoomFor(1, 1)).toBe(true);
    expect(filled(0, 10).hasRoomFor(1, 1)).toBe(false);
    expect(filled(5, 5).victim('probation', 1)).toBe('p0');
    expect(filled(8, 2).victim('probation', 1)).toBe('p0');
    expect(filled(9, 1).victim('probation', 1)).toBe('k0');
    expect(filled(8, 2).victim('kept', 1)).toBe('k0');
    expect(filled(7, 3).victim('kept', 1)).toBe('p0');
  });

  it('lets those that are kept be, however many are being written for the first time', () => {
    const lru = filled(8, 0);
    lru.reserve('probation', 2);

    expect(lru.hasRoomFor(1, 1)).toBe(false);
    expect(lru.victim('probation', 1)).toBeUndefined();
    expect(lru.victim('kept', 1)).toBe('k0');
  });

  it('lets go what was used least recently, and never what is lent', () => {
    const lru = filled(10, 0);
    lru.use('k0');
    lru.find('k1')!.lent = 1;

    expect(lru.victim('kept', 1)).toBe('k2');
    for (const name of lru.names()) lru.find(name)!.lent = 1;
    expect(lru.victim('kept', 1)).toBeUndefined();
  });

  it('counts what is reserved, in bytes and in number, until it is given back', () => {
    const lru = new SegmentedLru({ bytes: 10, entries: 2 });
    const giveBack = lru.reserve('kept', 10);
    expect(lru.hasRoomFor(1, 1)).toBe(false);
    giveBack();
    lru.add('a', entry('kept'));
    expect(lru.hasRoomFor(1, 1)).toBe(true);
    lru.reserve('kept', 1);
    expect(lru.hasRoomFor(1, 1)).toBe(false);
  });

  it('counts an entry once, in the place of an older one and after it was promoted', () => {
    const lru = new SegmentedLru({ bytes: 10, entries: 10 });
    lru.add('a', entry('probation', 4));
    const shelved = lru.add('a', entry('probation', 5));
    lru.promote('a', shelved);

    expect([lru.entries, lru.bytes, shelved.segment]).toEqual([1, 5, 'kept']);
    lru.remove('a');
    expect([lru.entries, lru.bytes]).toEqual([0, 0]);
  });
});
