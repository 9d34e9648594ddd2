import { describe, expect, it } from '@jest/globals';
import { v4 as uuidv4, v7 as uuidv7 } from 'uuid';
import { storedAtOf } from './stored-picture.js';

describe('storedAtOf', () => {
  it('reads the time of the example of RFC 9562 appendix A.6', () => {
    expect(storedAtOf('017f22e2-79b0-7cc3-98c4-dc0c0c07398f')).toEqual(
      new Date('2022-02-22T19:22:22.000Z'),
    );
  });

  it('reads the millisecond at which the service made a name', () => {
    const at = Date.UTC(2026, 2, 1, 8, 30, 0, 123);
    expect(storedAtOf(uuidv7({ msecs: at }))).toEqual(new Date(at));
  });

  it.each([uuidv4(), '', 'tray.jpg', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f0'])(
    'reads none in %j',
    (name) => {
      expect(storedAtOf(name)).toBeUndefined();
    },
  );
});
