import type { RenditionFormat, RenditionPlan } from '../../renditions/rendition-plan.js';

type Colours = RenditionPlan['colours'];

/** What IIIF calls the colours of a picture (IIIF Image API 3.0 section 4.4). */
const COLOURS: ReadonlyMap<string, Colours> = new Map([
  ['default', 'color'],
  ['color', 'color'],
  ['gray', 'gray'],
  ['bitonal', 'bitonal'],
]);

/** What IIIF calls the formats (section 4.5); avif is an extension of ours. */
const FORMATS: ReadonlyMap<string, RenditionFormat> = new Map([
  ['jpg', 'jpeg'],
  ['png', 'png'],
  ['webp', 'webp'],
  ['tif', 'tiff'],
  ['gif', 'gif'],
  ['avif', 'avif'],
]);

/** Everything that can stand as `quality`, and as `format`. */
export const QUALITIES = [...COLOURS.keys()];
export const FORMAT_NAMES = [...FORMATS.keys()];

export function parseQuality(text: string): Colours | undefined {
  return COLOURS.get(text);
}

/** As canonical addresses spell it: colour is what everybody gets who names none. */
export function qualityText(colours: Colours): string {
  return colours === 'color' ? 'default' : colours;
}

export function parseFormat(text: string): RenditionFormat | undefined {
  return FORMATS.get(text);
}
