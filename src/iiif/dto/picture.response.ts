import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { planImage } from '../image-api/image-request.js';
import type { PlacedImage } from '../presentation/presented-image.js';

const EXAMPLE_ID = 'https://loupe.example.org/iiif/3/tray-7%2Ffront';
const THUMBNAIL_SIDE = 256;

/** Where all other renditions of a picture are. */
@ApiSchema({
  name: 'IiifImageService',
  description: 'Where all other renditions of a picture are.',
})
export class IiifImageServiceResponse {
  @ApiProperty({ format: 'uri', example: EXAMPLE_ID })
  id!: string;

  @ApiProperty({ enum: ['ImageService3'] })
  type!: string;

  @ApiProperty({ enum: ['level2'] })
  profile!: string;
}

/** One rendition of a picture. */
@ApiSchema({ name: 'IiifPicture', description: 'One rendition of a picture.' })
export class IiifPictureResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE_ID}/full/max/0/default.jpg` })
  id!: string;

  @ApiProperty({ enum: ['Image'] })
  type!: string;

  @ApiProperty({ enum: ['image/jpeg'] })
  format!: string;

  @ApiProperty({ type: 'integer', minimum: 1, example: 4000 })
  width!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 3000 })
  height!: number;

  @ApiProperty({ type: [IiifImageServiceResponse] })
  service!: IiifImageServiceResponse[];

  /** As large as renditions may be. */
  static whole(placed: PlacedImage): IiifPictureResponse {
    return rendition(placed, 'max');
  }

  static thumbnail(placed: PlacedImage): IiifPictureResponse {
    const { width, height } = placed.image;
    const isSmall = Math.max(width, height) <= THUMBNAIL_SIDE;
    // So thin that nothing would be left of it, it comes as it is.
    const isThin = Math.min(width, height) * THUMBNAIL_SIDE < Math.max(width, height);
    return rendition(placed, isSmall || isThin ? 'max' : `!${THUMBNAIL_SIDE},${THUMBNAIL_SIDE}`);
  }
}

function rendition({ image, addresses, limits }: PlacedImage, size: string): IiifPictureResponse {
  const wanted = { region: 'full', size, rotation: '0', quality: 'default', format: 'jpg' };
  const { plan, canonicalPath } = planImage(wanted, image, limits);
  return {
    id: addresses.image(canonicalPath),
    type: 'Image',
    format: 'image/jpeg',
    ...plan.size,
    service: [{ id: addresses.imageService, type: 'ImageService3', profile: 'level2' }],
  };
}
