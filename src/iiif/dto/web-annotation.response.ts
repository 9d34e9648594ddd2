import { ApiProperty, ApiSchema } from '@nestjs/swagger';
import type { IiifAddresses } from '../addresses.js';
import type { PresentedAnnotation, PresentedImage } from '../presentation/presented-image.js';
import { type Selector, selectorOf } from '../presentation/selector.js';
import { IiifReferenceResponse } from './canvas.response.js';

const EXAMPLE = 'https://loupe.example.org/iiif/presentation/3/tray-7%2Ffront';
const CONTEXTS = [
  'http://www.w3.org/ns/anno.jsonld',
  'http://iiif.io/api/presentation/3/context.json',
];

/** What an annotation says. */
@ApiSchema({ name: 'WebAnnotationBody', description: 'What an annotation says.' })
export class WebAnnotationBodyResponse {
  @ApiProperty({ enum: ['TextualBody'] })
  type!: string;

  /**
   * `tagging` and `classifying`: the label, of a part or of the whole picture. `describing`: an attribute or the
   * confidence, as `name: value`.
   */
  @ApiProperty({ enum: ['tagging', 'classifying', 'describing'] })
  purpose!: string;

  @ApiProperty({ enum: ['text/plain'] })
  format!: string;

  @ApiProperty({ example: 'needle holder' })
  value!: string;
}

/** Who made an annotation. */
@ApiSchema({ name: 'WebAnnotationCreator', description: 'Who made an annotation.' })
export class WebAnnotationCreatorResponse {
  /** A model is software. */
  @ApiProperty({ enum: ['Person', 'Software'] })
  type!: string;
}

/** Which part of a canvas is meant. */
@ApiSchema({ name: 'WebAnnotationSelector', description: 'Which part of a canvas is meant.' })
export class WebAnnotationSelectorResponse {
  /**
   * Boxes of whole pixels are fragments, everything else is SVG with one path; in pixels of the upright picture.
   * Holes and masks are further rings, by the even-odd rule; the path of a line is not closed; a point is a pin, whose
   * first coordinates are the point's. A mask with more than 100,000 corners is the box around it.
   */
  @ApiProperty({ enum: ['SvgSelector', 'FragmentSelector'] })
  type!: string;

  @ApiProperty({ enum: ['http://www.w3.org/TR/media-frags/'] })
  conformsTo?: string;

  @ApiProperty({
    example:
      '<svg xmlns="http://www.w3.org/2000/svg"><path d="M 120.5,80 L 410,95.25 L 388,300 Z"/></svg>',
  })
  value!: string;
}

/** The canvas of an annotation, and the manifest that it stands in. */
@ApiSchema({
  name: 'WebAnnotationSource',
  description: 'The canvas of an annotation, and the manifest that it stands in.',
})
export class WebAnnotationSourceResponse {
  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/canvas` })
  id!: string;

  @ApiProperty({ enum: ['Canvas'] })
  type!: string;

  @ApiProperty({ type: [IiifReferenceResponse] })
  partOf!: IiifReferenceResponse[];
}

/** What an annotation is about. */
@ApiSchema({ name: 'WebAnnotationTarget', description: 'What an annotation is about.' })
export class WebAnnotationTargetResponse {
  @ApiProperty({ enum: ['SpecificResource'] })
  type!: string;

  @ApiProperty({ type: WebAnnotationSourceResponse })
  source!: WebAnnotationSourceResponse;

  /** Not there for the whole picture. */
  @ApiProperty({ type: WebAnnotationSelectorResponse })
  selector?: Selector;
}

/** An annotation as others read it (https://www.w3.org/TR/annotation-model/). */
@ApiSchema({
  name: 'WebAnnotation',
  description: 'An annotation as others read it (https://www.w3.org/TR/annotation-model/).',
})
export class WebAnnotationResponse {
  /** Only where it stands alone. */
  @ApiProperty({ type: [String], example: CONTEXTS })
  '@context'?: string[];

  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/annotations/0` })
  id!: string;

  @ApiProperty({ enum: ['Annotation'] })
  type!: string;

  @ApiProperty({ enum: ['tagging'] })
  motivation!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T08:31:00.000Z' })
  created!: string;

  @ApiProperty({ format: 'date-time', example: '2026-03-01T08:31:00.000Z' })
  modified!: string;

  @ApiProperty({ type: WebAnnotationCreatorResponse })
  creator!: WebAnnotationCreatorResponse;

  /** The same annotation in our own API, with everything that is known of it. */
  @ApiProperty({
    format: 'uri',
    example: 'https://loupe.example.org/images/tray-7%2Ffront/annotations/0',
  })
  canonical!: string;

  @ApiProperty({ type: [WebAnnotationBodyResponse] })
  body!: WebAnnotationBodyResponse[];

  @ApiProperty({ type: WebAnnotationTargetResponse })
  target!: WebAnnotationTargetResponse;

  static from(
    annotation: PresentedAnnotation,
    image: PresentedImage,
    addresses: IiifAddresses,
  ): WebAnnotationResponse {
    const { index, createdAt, updatedAt, source } = annotation;
    const selector = selectorOf(annotation, image);
    return {
      id: addresses.annotation(index),
      type: 'Annotation',
      motivation: 'tagging',
      created: createdAt.toISOString(),
      modified: updatedAt.toISOString(),
      creator: { type: source === 'model' ? 'Software' : 'Person' },
      canonical: addresses.recordOfAnnotation(index),
      body: bodiesOf(annotation),
      target: {
        type: 'SpecificResource',
        source: {
          id: addresses.canvas,
          type: 'Canvas',
          partOf: [{ id: addresses.manifest, type: 'Manifest' }],
        },
        ...(selector && { selector }),
      },
    };
  }

  /** The same by itself. */
  static alone(
    annotation: PresentedAnnotation,
    image: PresentedImage,
    addresses: IiifAddresses,
  ): WebAnnotationResponse {
    const { ...fields } = WebAnnotationResponse.from(annotation, image, addresses);
    return { '@context': CONTEXTS, ...fields };
  }
}

/** All annotations of an image. */
@ApiSchema({ name: 'WebAnnotationPage', description: 'All annotations of an image.' })
export class WebAnnotationPageResponse {
  @ApiProperty({ type: [String], example: CONTEXTS })
  '@context'!: string[];

  @ApiProperty({ format: 'uri', example: `${EXAMPLE}/annotations` })
  id!: string;

  @ApiProperty({ enum: ['AnnotationPage'] })
  type!: string;

  @ApiProperty({ type: [WebAnnotationResponse] })
  items!: WebAnnotationResponse[];

  static from(
    annotations: readonly PresentedAnnotation[],
    image: PresentedImage,
    addresses: IiifAddresses,
  ): WebAnnotationPageResponse {
    return {
      '@context': CONTEXTS,
      id: addresses.annotations,
      type: 'AnnotationPage',
      items: annotations.map((annotation) =>
        WebAnnotationResponse.from(annotation, image, addresses),
      ),
    };
  }
}

function bodiesOf(annotation: PresentedAnnotation): WebAnnotationBodyResponse[] {
  const { instrument, attributes, confidence } = annotation;
  const body = (purpose: string, value: string) => ({
    type: 'TextualBody',
    purpose,
    format: 'text/plain',
    value,
  });
  const details = Object.entries(attributes)
    .map(([name, value]) => `${name}: ${String(value)}`)
    .sort();
  if (confidence !== null) details.push(`confidence: ${confidence}`);
  return [
    body(isOfPart(annotation) ? 'tagging' : 'classifying', instrument),
    ...details.map((detail) => body('describing', detail)),
  ];
}

function isOfPart({ polygon, box, polyline, points, mask }: PresentedAnnotation): boolean {
  return Boolean(polygon ?? box ?? polyline ?? points ?? mask);
}
