import type { Box } from './boxes.js';
import type { Rgb } from './rendition-plan.js';

/** `x,y,w,h` in whole pixels, or `annotation:<index>`. */
export const REGION =
  /^(?:(?:0|[1-9]\d{0,8}),(?:0|[1-9]\d{0,8}),[1-9]\d{0,8},[1-9]\d{0,8}|annotation:(?:0|[1-9]\d{0,9}))$/;
/** Hexadecimal, or one of a few words. */
export const COLOUR = /^(?:[0-9a-fA-F]{6}|transparent|white|black)$/;

/** How the SHA-256 of a picture begins. */
export const PICTURE_VERSION = /^[0-9a-f]{8,64}$/;

const WORDS: Readonly<Record<string, Rgb | 'transparent'>> = {
  transparent: 'transparent',
  white: [255, 255, 255],
  black: [0, 0, 0],
};

/** @param text that {@link REGION} describes */
export function regionIn(text: string): Box | { annotation: number } {
  const [, index] = text.split(':');
  if (index !== undefined) return { annotation: Number(index) };
  const [left = 0, top = 0, width = 1, height = 1] = text.split(',').map(Number);
  return { left, top, width, height };
}

/** @param text that {@link COLOUR} describes */
export function colourIn(text: string): Rgb | 'transparent' {
  const [red = 0, green = 0, blue = 0] = Buffer.from(text, 'hex');
  return WORDS[text] ?? [red, green, blue];
}
