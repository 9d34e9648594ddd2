import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { OutputLimits } from '../../renditions/scale.js';
import { FORMAT_NAMES, QUALITIES } from '../image-api/output.js';
import { pyramidOf } from '../image-api/pyramid.js';

const CONTEXT = 'http://iiif.io/api/image/3/context.json';
const EXAMPLE_ID = 'https://loupe.example.org/iiif/3/tray-7%2Ffront';
/** What the profile level2 does not promise yet. */
const FEATURES = [
  'canonicalLinkHeader',
  'mirroring',
  'profileLinkHeader',
  'rotationArbitrary',
  'sizeUpscaling',
];
const OF_THE_PROFILE = ['jpg', 'png'];
const EXTRA_FORMATS = FORMAT_NAMES.filter((name) => !OF_THE_PROFILE.includes(name));
const EXTRA_QUALITIES = QUALITIES.filter((name) => name !== 'default');

/** Pixels of a rendition of the whole picture. */
@ApiSchema({ name: 'IiifSize', description: 'Pixels of a rendition of the whole picture.' })
export class IiifSizeResponse {
  @ApiProperty({ type: 'integer', minimum: 1, example: 320 })
  width!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 240 })
  height!: number;
}

/** Regions that viewers are advised to ask for. */
@ApiSchema({ name: 'IiifTiles', description: 'Regions that viewers are advised to ask for.' })
export class IiifTilesResponse {
  @ApiProperty({ type: 'integer', minimum: 1, example: 512 })
  width!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 512 })
  height!: number;

  @ApiProperty({ type: [Number], example: [1, 2, 4, 8] })
  scaleFactors!: number[];
}

/** What can be asked of a picture (https://iiif.io/api/image/3.0/#5-image-information). */
@ApiSchema({
  name: 'IiifImageInformation',
  description:
    'What can be asked of a picture (https://iiif.io/api/image/3.0/#5-image-information).',
})
export class ImageInformationResponse {
  @ApiProperty({ enum: [CONTEXT] })
  '@context'!: string;

  /** What image requests begin with. With AUTH=on it is signed, and holds for an hour or two. */
  @ApiProperty({ format: 'uri', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ enum: ['ImageService3'] })
  type!: string;

  @ApiProperty({ enum: ['http://iiif.io/api/image'] })
  protocol!: string;

  @ApiProperty({ enum: ['level2'] })
  profile!: string;

  /** Pixels of the upright picture. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 4000 })
  width!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 3000 })
  height!: number;

  /** Most pixels of a rendition's side (MAX_OUTPUT_SIDE). */
  @ApiProperty({ type: 'integer', minimum: 1, example: 8192 })
  maxWidth!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 8192 })
  maxHeight!: number;

  /** Most pixels of a rendition (MAX_PIXELS). */
  @ApiProperty({ type: 'integer', minimum: 1, example: 50_000_000 })
  maxArea!: number;

  @ApiProperty({ type: [IiifSizeResponse] })
  sizes!: IiifSizeResponse[];

  @ApiProperty({ type: [IiifTilesResponse] })
  tiles!: IiifTilesResponse[];

  /** Best first. */
  @ApiProperty({ type: [String], example: ['jpg', 'webp', 'png'] })
  preferredFormats!: string[];

  @ApiProperty({ type: [String], example: EXTRA_FORMATS })
  extraFormats!: string[];

  @ApiProperty({ type: [String], example: EXTRA_QUALITIES })
  extraQualities!: string[];

  @ApiProperty({ type: [String], example: FEATURES })
  extraFeatures!: string[];

  static from(
    id: string,
    picture: { width: number; height: number; mediaType: string },
    limits: OutputLimits,
  ): ImageInformationResponse {
    const { width, height, mediaType } = picture;
    const { side, scaleFactors, sizes } = pyramidOf(picture, limits);
    return {
      '@context': CONTEXT,
      id,
      type: 'ImageService3',
      protocol: 'http://iiif.io/api/image',
      profile: 'level2',
      width,
      height,
      maxWidth: limits.maxOutputSide,
      maxHeight: limits.maxOutputSide,
      maxArea: limits.maxPixels,
      sizes,
      tiles: [{ width: side, height: side, scaleFactors }],
      // What may be transparent shall stay so; JPEG is the quickest to make.
      preferredFormats:
        mediaType === 'image/jpeg' ? ['jpg', 'webp', 'png'] : ['webp', 'png', 'jpg'],
      extraFormats: EXTRA_FORMATS,
      extraQualities: EXTRA_QUALITIES,
      extraFeatures: FEATURES,
    };
  }
}
