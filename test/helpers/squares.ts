import sharp from 'sharp';
import type { Colour } from './pictures.js';

/** Pixels of the drawn picture's sides, and of those of a square. */
export const SIDE = 1_000;
export const SQUARE = 100;

/** The colour of a square, by column and row from 0 to 9: no two are alike, whichever way the picture is turned. */
export function squareAt(column: number, row: number): Colour {
  return [25 * column + 10, 25 * row + 10, (column * 83 + row * 47) % 230];
}

/** A PNG of ten by ten coloured squares. */
export function drawSquares(): Promise<Buffer> {
  const pixels = Buffer.alloc(SIDE * SIDE * 3);
  for (let y = 0; y < SIDE; y += 1)
    for (let x = 0; x < SIDE; x += 1)
      pixels.set(squareAt(Math.floor(x / SQUARE), Math.floor(y / SQUARE)), (y * SIDE + x) * 3);
  return sharp(pixels, { raw: { width: SIDE, height: SIDE, channels: 3 } })
    .png()
    .toBuffer();
}
