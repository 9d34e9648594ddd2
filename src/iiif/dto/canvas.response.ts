import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import { LANGUAGE_MAP, type LanguageMap, plain } from '../presentation/language-map.js';
import type { PlacedImage } from '../presentation/presented-image.js';
import { IiifPictureResponse } from './picture.response.js';

const EXAMPLE = 'https://loupe.example.org/iiif/presentation/3/tray-7%2Ffront';

/** Puts the picture onto the canvas. */
@ApiSchema({ name: 'IiifPainting', description: 'Puts the picture onto the canvas.' })
export class IiifPaintingResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/canvas/painting` })
  id!: string;

  @ApiProperty({ enum: ['Annotation'] })
  type!: string;

  @ApiProperty({ enum: ['painting'] })
  motivation!: string;

  @ApiProperty({ type: IiifPictureResponse })
  body!: IiifPictureResponse;

  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/canvas` })
  target!: string;
}

/** What is painted on a canvas. */
@ApiSchema({ name: 'IiifPaintings', description: 'What is painted on a canvas.' })
export class IiifPaintingsResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/canvas/paintings` })
  id!: string;

  @ApiProperty({ enum: ['AnnotationPage'] })
  type!: string;

  @ApiProperty({ type: [IiifPaintingResponse] })
  items!: IiifPaintingResponse[];
}

/** Where a resource is, and what it is. */
@ApiSchema({ name: 'IiifReference', description: 'Where a resource is, and what it is.' })
export class IiifReferenceResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/annotations` })
  id!: string;

  @ApiProperty({ enum: ['AnnotationPage', 'Manifest'] })
  type!: string;
}

/** The same of data in another form. */
@ApiSchema({ name: 'IiifDataset', description: 'Where the same stands in another form.' })
export class IiifDatasetResponse {
  @ApiProperty({ format: 'uri', example: 'https://loupe.example.org/images/tray-7%2Ffront' })
  id!: string;

  @ApiProperty({ enum: ['Dataset'] })
  type!: string;

  @ApiProperty({ enum: ['application/json'] })
  format!: string;
}

/** One thing that is known of an image. */
@ApiSchema({ name: 'IiifMetadata', description: 'One thing that is known of an image.' })
export class IiifMetadataResponse {
  @ApiProperty({ ...LANGUAGE_MAP, example: { en: ['Client'] } })
  label!: LanguageMap;

  @ApiProperty({ ...LANGUAGE_MAP, example: { none: ['st-james'] } })
  value!: LanguageMap;
}

/** An image as a surface of the size of its upright picture, whose pixels are its coordinates. */
@ApiSchema({
  name: 'IiifCanvas',
  description: 'An image as a surface of the size of its upright picture.',
})
export class IiifCanvasResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/canvas` })
  id!: string;

  @ApiProperty({ enum: ['Canvas'] })
  type!: string;

  @ApiProperty({ ...LANGUAGE_MAP, example: { none: ['tray-7/front'] } })
  label!: LanguageMap;

  /** Pixels of the upright picture. */
  @ApiProperty({ type: 'integer', minimum: 1, example: 4000 })
  width!: number;

  @ApiProperty({ type: 'integer', minimum: 1, example: 3000 })
  height!: number;

  @ApiProperty({ type: [IiifMetadataResponse] })
  metadata!: IiifMetadataResponse[];

  /** When it was taken. */
  @ApiProperty({ format: 'date-time', example: '2026-03-01T08:30:00Z' })
  navDate!: string;

  @ApiProperty({ type: [IiifPictureResponse] })
  thumbnail!: IiifPictureResponse[];

  @ApiProperty({ type: [IiifDatasetResponse] })
  seeAlso!: IiifDatasetResponse[];

  @ApiProperty({ type: [IiifPaintingsResponse] })
  items!: IiifPaintingsResponse[];

  @ApiProperty({ type: [IiifReferenceResponse] })
  annotations!: IiifReferenceResponse[];

  static from(placed: PlacedImage): IiifCanvasResponse {
    const { image, addresses } = placed;
    const { canvas } = addresses;
    const painting = {
      id: `${canvas}/painting`,
      type: 'Annotation',
      motivation: 'painting',
      body: IiifPictureResponse.whole(placed),
      target: canvas,
    };
    return {
      id: canvas,
      type: 'Canvas',
      label: plain(image.key),
      width: image.width,
      height: image.height,
      metadata: metadataOf(placed),
      navDate: secondsOf(image.capturedAt),
      thumbnail: [IiifPictureResponse.thumbnail(placed)],
      seeAlso: [{ id: addresses.record, type: 'Dataset', format: 'application/json' }],
      items: [{ id: `${canvas}/paintings`, type: 'AnnotationPage', items: [painting] }],
      annotations: [{ id: addresses.annotations, type: 'AnnotationPage' }],
    };
  }
}

/** What is known of an image, and nothing of what is not. */
export function metadataOf({ image }: PlacedImage): IiifMetadataResponse[] {
  const entries: [string, string | null][] = [
    ['Image key', image.key],
    ['Client', image.clientId],
    ['Taken', secondsOf(image.capturedAt)],
    ['Camera', image.hardwareId],
    ['Location', image.locationId],
    ['Taken by', image.userId],
    ['Tag', image.mlTag],
  ];
  return entries.flatMap(([label, value]) =>
    value === null ? [] : [{ label: { en: [label] }, value: plain(value) }],
  );
}

/** navDate has no fractions (https://iiif.io/api/presentation/3.0/#navdate). */
export function secondsOf(time: Date): string {
  return time.toISOString().replace(/\.\d+Z$/, 'Z');
}
