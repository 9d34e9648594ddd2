type Points = readonly (readonly [number, number])[];

/** A part of a canvas (https://www.w3.org/TR/annotation-model/#selectors). */
export interface Selector {
  type: 'FragmentSelector' | 'SvgSelector';
  conformsTo?: string;
  value: string;
}

const MEDIA_FRAGMENTS = 'http://www.w3.org/TR/media-frags/';

/**
 * Selects what a polygon encloses. A box of whole pixels is a media fragment; media fragments know no others, so
 * that all else is SVG.
 * @param points a ring, or two opposite corners of a box
 */
export function selectorOf(points: Points): Selector {
  const [first, second] = points;
  if (points.length !== 2 || !first || !second) return svgOf(points);
  const [left, right] = ordered(first[0], second[0]);
  const [top, bottom] = ordered(first[1], second[1]);
  const box = [left, top, right - left, bottom - top];
  if (!box.every((length) => Number.isInteger(length) && length >= 0))
    return svgOf([
      [left, top],
      [right, top],
      [right, bottom],
      [left, bottom],
    ]);
  // Without a unit it is pixels too, and Mirador reads no unit.
  return { type: 'FragmentSelector', conformsTo: MEDIA_FRAGMENTS, value: `xywh=${box.join(',')}` };
}

// A path, because Mirador draws paths only; Annotorious takes one without curves for a polygon.
function svgOf(points: Points): Selector {
  const corners = points.map(([x, y]) => `${decimal(x)},${decimal(y)}`).join(' L ');
  const value = `<svg xmlns="http://www.w3.org/2000/svg"><path d="M ${corners} Z"/></svg>`;
  return { type: 'SvgSelector', value };
}

/** Exactly, and without an exponent where viewers' parsers would stumble over it. */
function decimal(value: number): string {
  const text = String(value + 0);
  return text.includes('e') ? value.toFixed(20).replace(/\.?0+$/, '') : text;
}

function ordered(one: number, other: number): [number, number] {
  return one < other ? [one, other] : [other, one];
}
