/** In pixels. */
export interface Size {
  width: number;
  height: number;
}

/** A rectangle, in pixels from the outer corner of the top-left one. */
export interface Box extends Size {
  left: number;
  top: number;
}

/** The same with its sides exchanged, as a quarter turn does. */
export function turned({ width, height }: Size): Size {
  return { width: height, height: width };
}

/** Where something of one size lies in the middle of another, which may be smaller; whole pixels. */
export function centredIn(outer: Size, { width, height }: Size): Box {
  return {
    left: Math.floor((outer.width - width) / 2),
    top: Math.floor((outer.height - height) / 2),
    width,
    height,
  };
}

/** The smallest box of whole pixels of a picture around a box that may lie across its edges; at least a pixel. */
export function wholePixelsOf(box: Box, picture: Size): Box {
  const [left, right] = span(box.left, box.width, picture.width);
  const [top, bottom] = span(box.top, box.height, picture.height);
  return { left, top, width: right - left, height: bottom - top };
}

function span(start: number, length: number, limit: number): [number, number] {
  const first = Math.min(Math.max(0, Math.floor(start)), limit - 1);
  const last = Math.max(first + 1, Math.min(limit, Math.ceil(start + length)));
  return [first, last];
}
