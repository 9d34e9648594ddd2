import { copyName, type CopySpec } from './copy-choice.js';

interface Making {
  storageKey: string;
  names: readonly string[];
  /** Has its turn, or waits for it among those that somebody waits for. */
  isOnItsWay: boolean;
  made: Promise<void>;
}

/** Which copies of pictures are being made: whoever wants the same meanwhile waits for them. */
export class CopiesInMaking {
  private readonly all = new Set<Making>();

  /**
   * Waits for these copies to be made, or makes them. Somebody who is in a hurry does not wait for what still lets
   * everybody go first.
   * @param make is told to call `began` when it gets its turn
   */
  join(
    storageKey: string,
    specs: readonly CopySpec[],
    isUrgent: boolean,
    make: (began: () => void) => Promise<void>,
  ): Promise<void> {
    const names = specs.map(copyName);
    for (const making of this.all) {
      const isSame = making.storageKey === storageKey;
      if (!isSame || (isUrgent && !making.isOnItsWay)) continue;
      if (names.every((name) => making.names.includes(name))) return making.made;
    }
    const making: Making = { storageKey, names, isOnItsWay: isUrgent, made: Promise.resolve() };
    making.made = make(() => (making.isOnItsWay = true));
    this.all.add(making);
    const leave = () => this.all.delete(making);
    making.made.then(leave, leave);
    return making.made;
  }
}
