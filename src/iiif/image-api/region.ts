import type { Box, Size } from '../../renditions/boxes.js';
import { DECIMAL, INTEGER, refused } from './parameters.js';

/** The part of a picture that is asked for (IIIF Image API 3.0 section 4.1). */
export type RegionRequest =
  { kind: 'full' } | { kind: 'square' } | { kind: 'pixels' | 'percent'; box: Box };

const PIXELS = new RegExp(`^(${INTEGER}),(${INTEGER}),(${INTEGER}),(${INTEGER})$`);
const PERCENT = new RegExp(`^pct:(${DECIMAL}),(${DECIMAL}),(${DECIMAL}),(${DECIMAL})$`);

/** @returns undefined if it is not the text of a region */
export function parseRegion(text: string): RegionRequest | undefined {
  if (text === 'full' || text === 'square') return { kind: text };
  const pixels = PIXELS.exec(text);
  if (pixels) return { kind: 'pixels', box: boxOf(pixels) };
  const percent = PERCENT.exec(text);
  return percent ? { kind: 'percent', box: boxOf(percent) } : undefined;
}

/**
 * The pixels of a picture that are meant: what reaches beyond its edges is cut off. Percentages are rounded edge
 * by edge, so that regions that meet in percent meet in pixels.
 * @throws InvalidRequest when no pixel is left
 */
export function resolveRegion(request: RegionRequest, picture: Size): Box {
  const { width, height } = picture;
  switch (request.kind) {
    case 'full':
      return { left: 0, top: 0, width, height };
    case 'square': {
      const side = Math.min(width, height);
      const left = Math.floor((width - side) / 2);
      const top = Math.floor((height - side) / 2);
      return { left, top, width: side, height: side };
    }
    case 'pixels':
      return cut(request.box, picture);
    case 'percent':
      return cut(percentOf(request.box, picture), picture);
  }
}

/** As canonical addresses spell it. */
export function regionText(region: Box, picture: Size): string {
  const { left, top, width, height } = region;
  const isFull = width === picture.width && height === picture.height;
  return isFull ? 'full' : `${left},${top},${width},${height}`;
}

function percentOf({ left, top, width, height }: Box, picture: Size): Box {
  const x = Math.round((left * picture.width) / 100);
  const y = Math.round((top * picture.height) / 100);
  const right = Math.round(((left + width) * picture.width) / 100);
  const bottom = Math.round(((top + height) * picture.height) / 100);
  return { left: x, top: y, width: right - x, height: bottom - y };
}

function cut({ left, top, width, height }: Box, picture: Size): Box {
  const right = Math.min(picture.width, left + width);
  const bottom = Math.min(picture.height, top + height);
  if (right <= left || bottom <= top)
    throw refused(
      'region',
      `has no pixel of the picture, which has ${picture.width} × ${picture.height}`,
    );
  return { left, top, width: right - left, height: bottom - top };
}

function boxOf([, left, top, width, height]: RegExpExecArray): Box {
  return {
    left: Number(left),
    top: Number(top),
    width: Number(width),
    height: Number(height),
  };
}
