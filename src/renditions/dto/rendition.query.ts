import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsIn, IsInt, IsNumber, IsOptional, IsPositive } from 'class-validator';
import { Matches, Max, Min } from 'class-validator';
import { ToBoolean, ToInteger, ToNumber } from '../../http/validation/conversions.js';
import { MAX_ANNOTATION_INDEX } from '../../http/validation/path-parameters.js';
import { FITS, type Fit } from '../fit.js';
import { COLOUR, colourIn, PICTURE_VERSION, REGION, regionIn } from '../parameter-syntax.js';
import type { RenditionRequest, RequestedFormat, Rotation } from '../rendition-request.js';
import { REQUESTED_FORMATS, ROTATIONS } from '../rendition-request.js';

const TRUE_OR_FALSE = { message: 'must be true or false' };
const A_NUMBER = { message: 'must be a number' };
const MAX_SIDE = 65_535;

/** How a picture is wanted. With none of these parameters its original bytes are meant. */
export class RenditionQuery {
  /**
   * Factor of the width and height of what is shown, > 0; each side is rounded and has at least 1 pixel.
   * @example 0.5
   */
  @ApiProperty({ minimum: 0, exclusiveMinimum: true })
  @ToNumber()
  @IsNumber({}, A_NUMBER)
  @IsPositive()
  @IsOptional()
  scale?: number;

  /**
   * Re-encoding quality of lossy formats, 1 (smallest) to 100 (best); 75 if it is left out.
   * @example 80
   */
  @ApiProperty({ type: 'integer', required: false })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(100)
  @IsOptional()
  quality?: number;

  /**
   * Pixels of the rendition's width, as it comes: after `rotate`. Without `enlarge` the picture never grows.
   * @example 320
   */
  @ApiProperty({ type: 'integer', required: false })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(MAX_SIDE)
  @IsOptional()
  width?: number;

  /**
   * Pixels of its height; with both sides, `fit` says how the picture is brought to them.
   * @example 240
   */
  @ApiProperty({ type: 'integer', required: false })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(MAX_SIDE)
  @IsOptional()
  height?: number;

  /**
   * `inside`: as large as fits both sides. `outside`: as small as covers both. `cover`: exactly both, and what is
   * too much is cut off evenly. `contain`: exactly both, with background around. `fill`: exactly both, stretched.
   * @example "inside"
   */
  @ApiProperty({ enum: FITS, default: 'inside', required: false })
  @IsIn(FITS)
  @IsOptional()
  fit?: Fit;

  /**
   * Lets `width` and `height` make a picture larger than it is.
   * @example false
   */
  @ApiProperty({ default: false, required: false })
  @ToBoolean()
  @IsBoolean(TRUE_OR_FALSE)
  @IsOptional()
  enlarge?: boolean;

  /**
   * Device pixel ratio: multiplies `scale`, `width` and `height`.
   * @example 1
   */
  @ApiProperty({ minimum: 0, exclusiveMinimum: true, maximum: 8, default: 1, required: false })
  @ToNumber()
  @IsNumber({}, A_NUMBER)
  @IsPositive()
  @Max(8)
  @IsOptional()
  dpr?: number;

  /**
   * The part that is shown: `x,y,w,h` in whole pixels of the upright picture, all of it inside, or `annotation:<index>`:
   * the box around that annotation, or 400 if it marks no part of the picture.
   * @example "0,0,320,240"
   */
  @ApiProperty({ required: false })
  @Matches(REGION, {
    message: 'must be x,y,w,h in whole pixels (w and h from 1), or annotation:<index>',
  })
  @IsOptional()
  region?: string;

  /**
   * Pixels of the upright picture to show around `region=annotation:<index>`, as far as there are any.
   * @example 0
   */
  @ApiProperty({ type: 'integer', default: 0, required: false })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(MAX_SIDE)
  @IsOptional()
  pad?: number;

  /**
   * Degrees clockwise.
   * @example 90
   */
  @ApiProperty({ type: 'integer', enum: ROTATIONS, default: 0, required: false })
  @ToInteger()
  @IsIn(ROTATIONS)
  @IsOptional()
  rotate?: Rotation;

  /**
   * The picture's own if it is left out. `auto`: AVIF or WebP where the request's `Accept` names them, else the
   * picture's own, or what every browser shows in its place: PNG if it is lossless or has something transparent (also
   * by `mask` or `background`), else JPEG, as with `max_bytes`.
   * @example "webp"
   */
  @ApiProperty({ enum: REQUESTED_FORMATS, required: false })
  @IsIn(REQUESTED_FORMATS)
  @IsOptional()
  format?: RequestedFormat;

  /**
   * Colour below what is transparent and around what is contained: hexadecimal `RRGGBB`, `white`, `black` or
   * `transparent`. If it is left out: transparent where the format can be, else white.
   * @example "white"
   */
  @ApiProperty({ required: false })
  @Matches(COLOUR, { message: 'must be RRGGBB in hexadecimal, white, black or transparent' })
  @IsOptional()
  background?: string;

  /**
   * Takes the best quality, up to `quality` (else 100), with which the rendition has no more bytes than this; 400 if
   * there is none, but for HEAD, which makes nothing to find out.
   * @example 100000
   */
  @ApiProperty({ type: 'integer', required: false })
  @ToInteger()
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  @IsOptional()
  max_bytes?: number;

  /**
   * Draws the annotations and their labels onto the rendition: outlines with a translucent fill (masks along the edges
   * of their pixels, holes left free), open lines, and dots for points, hollow where they are hidden. Labels stand where
   * there is room, in renditions of at least 202,500 pixels (450 × 450, or 552 × 368): in smaller ones nobody could read
   * them, and marks are drawn alone.
   * @example "annotations"
   */
  @ApiProperty({ enum: ['annotations'], required: false })
  @IsIn(['annotations'])
  @IsOptional()
  overlay?: 'annotations';

  /**
   * Index of an annotation: everything outside of its polygon, its box or the pixels of its mask is cut away, and so
   * are holes. Without `region` only its surroundings are shown; a JPEG becomes PNG if no `format` is asked for. Nothing
   * lies inside of a line or of points: with those it is 400.
   * @example 0
   */
  @ApiProperty({ type: 'integer', required: false })
  @ToInteger()
  @IsInt()
  @Min(0)
  @Max(MAX_ANNOTATION_INDEX)
  @IsOptional()
  mask?: number;

  /**
   * The first 8 to 64 digits of the picture's `sha256`: an address that is good for this picture only, so that
   * the answer may be kept for a year. If the picture is another one by now: 404.
   * @example "9f86d081884c7d65"
   */
  @ApiProperty({ required: false })
  @Matches(PICTURE_VERSION, { message: 'must be the first 8 to 64 digits of a sha256' })
  @IsOptional()
  v?: string;

  /** @returns undefined if nothing is asked for: then the original is meant */
  toRequest(): RenditionRequest | undefined {
    const { region, background, max_bytes: maxBytes, overlay, ...same } = this.parameters();
    const request: RenditionRequest = {
      ...same,
      ...(region !== undefined && { region: regionIn(region) }),
      ...(background !== undefined && { background: colourIn(background) }),
      ...(maxBytes !== undefined && { maxBytes }),
      ...(overlay !== undefined && { overlay: true }),
    };
    return Object.values(request).some((value) => value !== undefined) ? request : undefined;
  }

  // `v` says of which picture, and a subclass may have parameters that are not about the rendition, either.
  private parameters() {
    const { scale, quality, width, height, fit, enlarge, dpr, region, pad } = this;
    const { rotate, format, background, max_bytes, overlay, mask } = this;
    return {
      scale,
      quality,
      width,
      height,
      fit,
      enlarge,
      dpr,
      region,
      pad,
      rotate,
      format,
      background,
      max_bytes,
      overlay,
      mask,
    };
  }
}
