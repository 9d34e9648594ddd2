import type { OverlayOptions, Sharp } from 'sharp';
import { type Box, type Size, turned } from '../renditions/boxes.js';
import { hasAlpha, type RenditionPlan, showsAll } from '../renditions/rendition-plan.js';

const WHITE = { r: 255, g: 255, b: 255, alpha: 1 };
const NOTHING = { r: 0, g: 0, b: 0, alpha: 0 };
const BLACK_FROM = 128;
/** Pixels of a rendition, of the half that its transform may be wrong by. */
const MOST_LOST = 0.3;

/** What is laid over a rendition, as SVG of its size. */
export interface Drawing {
  svg: Buffer;
  /** `over`: drawn on it. `cut`: what it leaves transparent is cut away. */
  how: 'over' | 'cut';
}

/**
 * Makes of a stored picture what a plan says, up to the encoding. sharp does things in an order of its own:
 * cut, flattened, made grey, resized, oriented, mirrored, turned, cut and extended again, composed.
 * @param source size and orientation of the picture that `stored` reads; the plan's region is in its upright pixels
 */
export function carriedOut(
  stored: Sharp,
  plan: RenditionPlan,
  source: Size & { orientation: number },
  drawing?: Drawing,
): Sharp {
  const { scaled, mirrored, turn, colours } = plan;
  const background = backgroundOf(plan);
  let picture = cutOut(stored, plan, source);
  if (background.alpha === 1) picture = picture.flatten({ background });
  if (colours !== 'color') picture = picture.greyscale();
  picture = picture.resize(scaled.width, scaled.height, {
    fit: 'fill',
    kernel: 'lanczos3',
    fastShrinkOnLoad: !cutsTooMuch(plan.region, scaled),
  });
  if (mirrored) picture = picture.flop();
  if (turn !== 0) picture = picture.rotate(turn, { background });
  picture = framed(picture, plan, background);
  if (colours === 'bitonal') picture = picture.threshold(BLACK_FROM);
  if (drawing) picture = picture.composite(layersOf(drawing, plan, background));
  if (!hasAlpha(plan.format)) picture = picture.removeAlpha();
  // Asked for before a cut, sharp would orient all of the picture before it shrinks it.
  picture = picture.autoOrient();
  return colours === 'color' ? picture : picture.toColourspace('b-w');
}

/**
 * Whether sharp, in its quickest way, would lose so much of a JPEG's right and bottom edges that everything came to lie
 * beside its place: while it reads a picture 2, 4 or 8 times smaller, libvips leaves out the rest of such a division.
 */
function cutsTooMuch(whole: Size, scaled: Size): boolean {
  const [across, down] = [whole.width / scaled.width, whole.height / scaled.height];
  const reduction = Math.min(across, down);
  const divisor = [8, 4, 2].find((one) => reduction >= one) ?? 1;
  const lost = Math.max((whole.width % divisor) / across, (whole.height % divisor) / down);
  return lost > MOST_LOST;
}

function cutOut(stored: Sharp, plan: RenditionPlan, source: Size & { orientation: number }): Sharp {
  const { region, scaled } = plan;
  const isEnlarged = scaled.width > region.width || scaled.height > region.height;
  // What is made larger is also moved, to the right and down: that must be the upright picture's.
  if (isEnlarged && source.orientation !== 1) return stored.autoOrient().extract(region);
  // Cutting, even the whole picture out of itself, keeps JPEG decoders from shrinking.
  return showsAll(plan, source) ? stored : stored.extract(asStored(region, source));
}

/** Where a box of the upright picture lies in the stored one (Exif 2.32, tag 0x0112). */
function asStored(box: Box, { width, height, orientation }: Size & { orientation: number }): Box {
  const { left, top } = box;
  const fromRight = width - left - box.width;
  const fromBottom = height - top - box.height;
  const sideways = turned(box);
  switch (orientation) {
    case 2:
      return { ...box, left: fromRight };
    case 3:
      return { ...box, left: fromRight, top: fromBottom };
    case 4:
      return { ...box, top: fromBottom };
    case 5:
      return { ...sideways, left: top, top: left };
    case 6:
      return { ...sideways, left: top, top: fromRight };
    case 7:
      return { ...sideways, left: fromBottom, top: fromRight };
    case 8:
      return { ...sideways, left: fromBottom, top: left };
    default:
      return box;
  }
}

type Colour = typeof WHITE;

function backgroundOf({ background, format, mask }: RenditionPlan): Colour {
  if (background) {
    const [r, g, b] = background;
    return { r, g, b, alpha: 1 };
  }
  return hasAlpha(format) || mask !== null ? NOTHING : WHITE;
}

/** Keeps the frame of the resized picture, which is mirrored and turned by now. */
function framed(picture: Sharp, plan: RenditionPlan, background: Colour): Sharp {
  const { scaled, frame, mirrored, turn } = plan;
  const isAll =
    frame.left === 0 &&
    frame.top === 0 &&
    frame.width === scaled.width &&
    frame.height === scaled.height;
  if (isAll) return picture;
  const { kept, around } = cutAndExtended(
    scaled,
    frameAsItLies(frame, scaled, mirrored, turn),
    turn,
  );
  const cut = picture.extract(kept);
  return around.left + around.right + around.top + around.bottom > 0
    ? cut.extend({ ...around, background })
    : cut;
}

/** Where the frame is once the resized picture has been mirrored and turned by quarters. */
function frameAsItLies(frame: Box, scaled: Size, mirrored: boolean, turn: number): Box {
  const { width, height, top } = frame;
  const left = mirrored ? scaled.width - frame.left - width : frame.left;
  switch (turn) {
    case 90:
      return { left: scaled.height - top - height, top: left, width: height, height: width };
    case 180:
      return {
        left: scaled.width - left - width,
        top: scaled.height - top - height,
        width,
        height,
      };
    case 270:
      return { left: top, top: scaled.width - left - width, width: height, height: width };
    default:
      return { left, top, width, height };
  }
}

function cutAndExtended(scaled: Size, frame: Box, turn: number) {
  const isSideways = turn % 180 !== 0;
  const width = isSideways ? scaled.height : scaled.width;
  const height = isSideways ? scaled.width : scaled.height;
  const [right, bottom] = [frame.left + frame.width, frame.top + frame.height];
  const left = Math.max(0, frame.left);
  const top = Math.max(0, frame.top);
  const kept = {
    left,
    top,
    width: Math.min(width, right) - left,
    height: Math.min(height, bottom) - top,
  };
  const around = {
    left: left - frame.left,
    top: top - frame.top,
    right: Math.max(0, right - width),
    bottom: Math.max(0, bottom - height),
  };
  return { kept, around };
}

function layersOf(drawing: Drawing, { size }: RenditionPlan, background: Colour): OverlayOptions[] {
  if (drawing.how === 'over') return [{ input: drawing.svg, left: 0, top: 0 }];
  const cut: OverlayOptions = { input: drawing.svg, left: 0, top: 0, blend: 'dest-in' };
  if (background.alpha === 0) return [cut];
  const paper = { create: { ...size, channels: 3 as const, background } };
  return [cut, { input: paper, left: 0, top: 0, blend: 'dest-over' }];
}
