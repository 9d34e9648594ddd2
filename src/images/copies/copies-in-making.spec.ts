import { describe, expect, it } from '@jest/globals';
import type { CopySpec } from './copy-choice.js';
import { CopiesInMaking } from './copies-in-making.js';

const SPECS: CopySpec[] = [1, 3].map((level) => ({ layout: 'whole', level }));
const [, SMALL] = SPECS as [CopySpec, CopySpec];

/** Counts what is made, each of which ends when it is told. */
function aMaker() {
  const begun: (() => void)[] = [];
  const end: (() => void)[] = [];
  const make = (began: () => void) => {
    begun.push(began);
    return new Promise<void>((resolve) => end.push(resolve));
  };
  return { make, begun, end };
}

describe('copies in the making', () => {
  it('are made once for all who want the same, or a part', async () => {
    const making = new CopiesInMaking();
    const { make, end } = aMaker();
    const all = making.join('a', SPECS, true, make);
    const part = making.join('a', [SMALL], true, make);
    expect(end).toHaveLength(1);
    end[0]!();
    await Promise.all([all, part]);
    void making.join('a', [SMALL], true, make);
    expect(end).toHaveLength(2);
  });

  it('of another picture, or more of them, are made apart', () => {
    const making = new CopiesInMaking();
    const { make, end } = aMaker();
    void making.join('a', [SMALL], true, make);
    void making.join('b', [SMALL], true, make);
    void making.join('a', SPECS, true, make);
    expect(end).toHaveLength(3);
  });

  it('are not waited for by somebody in a hurry before they have their turn', () => {
    const making = new CopiesInMaking();
    const { make, begun, end } = aMaker();
    void making.join('a', SPECS, false, make);
    void making.join('a', SPECS, false, make);
    expect(end).toHaveLength(1);
    void making.join('a', SPECS, true, make);
    expect(end).toHaveLength(2);

    const later = new CopiesInMaking();
    void later.join('a', SPECS, false, make);
    begun.at(-1)!();
    void later.join('a', SPECS, true, make);
    expect(end).toHaveLength(3);
  });
});
