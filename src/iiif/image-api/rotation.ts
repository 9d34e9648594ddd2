import { DECIMAL } from './parameters.js';

/** How a picture is turned (IIIF Image API 3.0 section 4.3). */
export interface RotationRequest {
  /** Left and right are exchanged, before turning. */
  mirrored: boolean;
  /** Degrees clockwise, 0 to below 360. */
  turn: number;
}

const FORM = new RegExp(`^(!?)(${DECIMAL})$`);

/** @returns undefined if it is not the text of a rotation by 0 to 360 degrees */
export function parseRotation(text: string): RotationRequest | undefined {
  const [, mark, degrees] = FORM.exec(text) ?? [];
  if (degrees === undefined || Number(degrees) > 360) return undefined;
  return { mirrored: mark === '!', turn: Number(degrees) % 360 };
}

/** As canonical addresses spell it: without an exponent and without zeros at the end. */
export function rotationText({ mirrored, turn }: RotationRequest): string {
  const degrees = turn.toFixed(10).replace(/\.?0+$/, '');
  return `${mirrored ? '!' : ''}${degrees}`;
}
