import type { Parameter, Schema } from './document.js';

const KEY: Schema = { type: 'string', minLength: 1 };

/** The parameters of paths, by name. */
export const PATH_PARAMETERS: Readonly<Record<string, Omit<Parameter, 'name' | 'in'>>> = {
  image_key: {
    description: "The image's key, percent-encoded: a slash in it is %2F.",
    example: 'tray-7/front',
    schema: { ...KEY, maxLength: 1024 },
  },
  annotation_index: {
    description: "The annotation's index in its image.",
    example: 0,
    schema: { type: 'integer', minimum: 0, maximum: 2_147_483_647 },
  },
  comment_id: {
    description: "The comment's id, which the server made.",
    example: '0198f2c4-7b1e-7c3a-9d52-3f6a1c0e8b47',
    schema: { ...KEY, maxLength: 255 },
  },
  instrument_name: {
    description: 'The label, percent-encoded: a slash in it is %2F.',
    example: 'needle holder',
    schema: { ...KEY, maxLength: 255 },
  },
  user_id: { description: "The user's id.", example: 'ada', schema: { ...KEY, maxLength: 255 } },
  location_id: {
    description: "The location's id.",
    example: 'theatre-4',
    schema: { ...KEY, maxLength: 255 },
  },
  region: {
    description: '`full`, `square`, `x,y,w,h` in pixels, or `pct:x,y,w,h`.',
    example: 'full',
    schema: KEY,
  },
  size: {
    description:
      '`max`, `w,`, `,h`, `w,h`, `!w,h` (as large as fits) or `pct:n`; with `^` in front the picture may be enlarged.',
    example: '!320,320',
    schema: KEY,
  },
  rotation: {
    description:
      'Degrees clockwise, 0 to 360; with `!` in front, left and right are exchanged before.',
    example: '0',
    schema: KEY,
  },
  quality: {
    description: 'The colours: `default`, `color`, `gray` or `bitonal`.',
    example: 'default',
    schema: { type: 'string', enum: ['default', 'color', 'gray', 'bitonal'] },
  },
  format: {
    description: '`jpg`, `png`, `webp`, `tif`, `gif` or `avif`.',
    example: 'jpg',
    schema: { type: 'string', enum: ['jpg', 'png', 'webp', 'tif', 'gif', 'avif'] },
  },
  prefix: {
    description: "The API key's prefix: the ten characters behind `loupe_`.",
    example: 'k7m2q9x4ab',
    schema: { ...KEY, maxLength: 255 },
  },
  code: {
    description: "The problem's code: the last segment of its `type`.",
    example: 'image-not-found',
    schema: KEY,
  },
};
