/** x, y; (0, 0) is the outer corner of the top left pixel. */
export type Point = readonly [x: number, y: number];

/** At least three points; two are opposite corners of a box. */
export interface Polygon {
  points: readonly Point[];
}

/** An annotation as it is drawn, in pixels of the upright picture; without a polygon it is about all of it. */
export interface Mark {
  /** Its place in the list of annotations. */
  index: number;
  instrument: string;
  polygon: Polygon | null;
}

/** a, b, c, d, e, f of SVG and CSS: x' = a x + c y + e, y' = b x + d y + f. */
export type Transform = readonly [a: number, b: number, c: number, d: number, e: number, f: number];
