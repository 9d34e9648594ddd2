import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { english, LANGUAGE_MAP, type LanguageMap, plain } from '../presentation/language-map.js';
import type { PlacedImage } from '../presentation/presented-image.js';
import {
  IiifCanvasResponse,
  IiifDatasetResponse,
  IiifMetadataResponse,
  metadataOf,
  secondsOf,
} from './canvas.response.js';
import { IiifPictureResponse } from './picture.response.js';

const CONTEXT = 'http://iiif.io/api/presentation/3/context.json';

/** What a viewer opens (https://iiif.io/api/presentation/3.0/#52-manifest). */
@ApiSchema({
  name: 'IiifManifest',
  description: 'What a viewer opens (https://iiif.io/api/presentation/3.0/#52-manifest).',
})
export class ManifestResponse {
  @ApiProperty({ enum: [CONTEXT] })
  '@context'!: string;

  @ApiProperty({
    format: 'uri',
    example: 'https://loupe.example.org/iiif/presentation/3/tray-7%2Ffront/manifest',
  })
  id!: string;

  @ApiProperty({ enum: ['Manifest'] })
  type!: string;

  @ApiProperty({ ...LANGUAGE_MAP, example: { none: ['tray-7/front'] } })
  label!: LanguageMap;

  /** Of one image; not there in a manifest of several. */
  @ApiProperty({ type: [IiifMetadataResponse] })
  metadata?: IiifMetadataResponse[];

  @ApiProperty({ format: 'date-time', example: '2026-03-01T08:30:00Z' })
  navDate?: string;

  @ApiProperty({ type: [IiifPictureResponse] })
  thumbnail!: IiifPictureResponse[];

  @ApiProperty({ type: [IiifDatasetResponse] })
  seeAlso?: IiifDatasetResponse[];

  /** At least one. */
  @ApiProperty({ type: [IiifCanvasResponse] })
  items!: IiifCanvasResponse[];

  static ofImage(placed: PlacedImage): ManifestResponse {
    const { image, addresses } = placed;
    const canvas = IiifCanvasResponse.from(placed);
    return {
      '@context': CONTEXT,
      id: addresses.manifest,
      type: 'Manifest',
      label: plain(image.key),
      metadata: metadataOf(placed),
      navDate: secondsOf(image.capturedAt),
      thumbnail: canvas.thumbnail,
      seeAlso: canvas.seeAlso,
      items: [canvas],
    };
  }

  /** @param images at least one */
  static ofList(id: string, images: readonly PlacedImage[]): ManifestResponse {
    const items = images.map((placed) => IiifCanvasResponse.from(placed));
    return {
      '@context': CONTEXT,
      id,
      type: 'Manifest',
      label: english(`${items.length} ${items.length === 1 ? 'image' : 'images'}`),
      thumbnail: items[0]?.thumbnail ?? [],
      items,
    };
  }
}
