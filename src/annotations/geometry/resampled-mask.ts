import type { Affine } from '../../renditions/affine.js';
import type { Size } from '../../renditions/boxes.js';
import type { Mask } from './geometry.js';
import { columnsOf, type MaskLines, rowsOf } from './mask-lines.js';
import { numberAt } from './number-at.js';
import { runsOf, textOfRuns } from './run-lengths.js';

const { ceil, floor, max, min } = Math;

/** Is told of so many runs that are about to be made, and may throw. */
export type Allowance = (runs: number) => void;

/**
 * A mask in the pixels of a rendition: each of them is inside if the pixel of the mask is that its middle lies in. The
 * counts are a list or text, as the mask's are. What it takes grows with the runs, not with the pixels.
 * @param transform from pixels of the mask to those of the rendition; it keeps upright what is upright
 */
export function resampledMask(mask: Mask, transform: Affine, size: Size, allow: Allowance): Mask {
  const [height, width] = mask.size;
  const [a, b, c, d, e, f] = transform;
  const columns = columnsOf(runsOf(mask), height, width);
  // Turned by a quarter, the rows of the mask are the columns of the rendition.
  const isTurned = a === 0;
  const lines = isTurned ? rowsOf(columns, height, allow) : columns;
  const [across, along] = isTurned ? [c, b] : [a, d];
  const runs = new RunWriter(size);
  for (let column = 0; column < size.width; column += 1) {
    const line = floor((column + 0.5 - e) / across);
    if (line < 0 || line >= lines.count) continue;
    allow(runs.add(column, lines, line, along, f));
  }
  const counts = runs.end();
  return {
    size: [size.height, size.width],
    counts: typeof mask.counts === 'string' ? textOfRuns(counts) : counts,
  };
}

/** Writes run lengths of a rendition, column by column. */
class RunWriter {
  private readonly runs: number[] = [];
  /** Behind the last pixel inside. */
  private position = 0;

  constructor(private readonly size: Size) {}

  /**
   * A column with the runs of a line.
   * @param scale of the line's pixels in those of the column, negative if it runs the other way
   * @returns how many runs were read
   */
  add(column: number, lines: MaskLines, line: number, scale: number, shift: number): number {
    const [start, end] = [numberAt(lines.offsets, line), numberAt(lines.offsets, line + 1)];
    const [first, step] = scale > 0 ? [start, 2] : [end - 2, -2];
    for (let at = first; at >= start && at < end; at += step)
      this.inside(
        column,
        middlesFrom(numberAt(lines.bounds, at), scale, shift),
        middlesFrom(numberAt(lines.bounds, at + 1), scale, shift),
      );
    return (end - start) / 2;
  }

  end(): number[] {
    const rest = this.size.width * this.size.height - this.position;
    if (rest > 0) this.runs.push(rest);
    return this.runs;
  }

  private inside(column: number, one: number, other: number): void {
    const { height } = this.size;
    const from = column * height + max(0, min(one, other));
    const to = column * height + min(height, max(one, other));
    if (from >= to) return;
    if (from === this.position && this.runs.length > 0) {
      const last = this.runs.length - 1;
      this.runs[last] = (this.runs[last] ?? 0) + to - from;
    } else this.runs.push(from - this.position, to - from);
    this.position = to;
  }
}

/** The first pixel whose middle lies at or behind a bound; for a line that runs the other way, behind it. */
function middlesFrom(bound: number, scale: number, shift: number): number {
  const place = scale * bound + shift - 0.5;
  return scale > 0 ? ceil(place) : floor(place) + 1;
}
