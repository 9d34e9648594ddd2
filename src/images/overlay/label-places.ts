import type { Size } from '../../renditions/boxes.js';
import type { Bounds } from './outline.js';

export interface Place extends Size {
  left: number;
  top: number;
}

/** Tries below each other before a label is left out. */
const MAX_STACKED = 6;

/** Finds room for labels, none over another and all of them inside of the picture. */
export class LabelPlaces {
  private readonly taken: Place[] = [];

  constructor(private readonly picture: Size) {}

  /**
   * Room for a label of `size` at what it names: above, below, in its top left, or stacked from there. What
   * stands at the edge is moved inside. `undefined` when all of it is taken.
   */
  near({ left, top, right, bottom }: Bounds, size: Size): Place | undefined {
    const { height, width } = size;
    const insideLeft = Math.min(Math.max(left, 0), Math.max(left, right - width));
    const candidates = [
      [left, top - height],
      [left, bottom],
      [insideLeft, top],
      [right - width, bottom - height],
      ...Array.from({ length: MAX_STACKED }, (_, at) => [left, top + (at + 1) * height]),
    ];
    for (const [x = 0, y = 0] of candidates) {
      const box = this.insidePicture({ left: x, top: y, ...size });
      if (box && this.take(box)) return box;
    }
    return undefined;
  }

  /** The next free line below the top left corner. */
  listed(size: Size): Place | undefined {
    for (let top = 0; top + size.height <= this.picture.height; top += size.height) {
      const box = this.insidePicture({ left: 0, top, ...size });
      if (box && this.take(box)) return box;
    }
    return undefined;
  }

  private insidePicture(box: Place): Place | undefined {
    const { width, height } = this.picture;
    if (box.width > width || box.height > height) return undefined;
    const left = Math.min(Math.max(box.left, 0), width - box.width);
    const top = Math.min(Math.max(box.top, 0), height - box.height);
    return { ...box, left, top };
  }

  private take(box: Place): boolean {
    const isFree = this.taken.every(
      (other) =>
        box.left >= other.left + other.width ||
        other.left >= box.left + box.width ||
        box.top >= other.top + other.height ||
        other.top >= box.top + box.height,
    );
    if (isFree) this.taken.push(box);
    return isFree;
  }
}
