import type { Size } from '../../renditions/boxes.js';
import { isWithin, type OutputLimits } from '../../renditions/scale.js';

const TILE_SIDE = 512;

/** What viewers are advised to ask for, so that many of them ask for the same. */
export interface Pyramid {
  /** Of a tile, in pixels. */
  side: number;
  /** By which the picture is divided, down to where one tile shows all of it. */
  scaleFactors: number[];
  /** Of the whole picture, smallest first. */
  sizes: Size[];
}

/** The tiles and sizes of a picture (IIIF Image API 3.0 sections 5.3 and 5.4). */
export function pyramidOf(picture: Size, limits: OutputLimits): Pyramid {
  const most = Math.min(limits.maxOutputSide, Math.floor(Math.sqrt(limits.maxPixels)));
  const side = Math.min(TILE_SIDE, most);
  const scaleFactors = [1];
  while (longSide(reduced(picture, scaleFactors.at(-1) ?? 1)) > side)
    scaleFactors.push(2 ** scaleFactors.length);
  const sizes = scaleFactors
    .map((factor) => reduced(picture, factor))
    .filter((size) => isWithin(size, limits))
    .reverse();
  return { side, scaleFactors, sizes };
}

// Rounded up, as viewers do it (https://iiif.io/api/image/3.0/implementation/#3-tile-region-parameter-calculation).
function reduced({ width, height }: Size, factor: number): Size {
  return { width: Math.ceil(width / factor), height: Math.ceil(height / factor) };
}

function longSide({ width, height }: Size): number {
  return Math.max(width, height);
}
