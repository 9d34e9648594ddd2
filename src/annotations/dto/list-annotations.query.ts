import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString } from 'class-validator';
import { faultsNamed } from '../../errors/invalid-request.js';
import { parseQuery } from '../../http/query.js';
import { IsInstant, toInstant } from '../../http/validation/instant.js';
import { validateParameters } from '../../http/validation/request-validation.js';
import { RenditionQuery } from '../../renditions/dto/rendition.query.js';
import { type AnnotationView, SPACES, type Space } from '../annotation-view.js';

/** Parameters of a picture's address that do not change where its pixels are. */
const BESIDE_THE_POINT = ['signature', 'download'];

/** In which coordinates the annotations are wanted, and of which time. */
export class ListAnnotationsQuery {
  /**
   * Gives geometries and what is measured of them in the pixels of a rendition: what stands behind the `?` of the
   * picture's address, percent-encoded. What the rendition does not show lies outside of it. A mask becomes one of the
   * rendition's size, whose pixels are those of the mask that their middles lie in. The ETag is that of the view: as
   * If-Match of a change it is 412.
   * @example "scale=0.5&rotate=90"
   */
  @ApiProperty({ required: false })
  @IsString()
  @IsOptional()
  for?: string;

  /**
   * `normalized`: from 0 to 1 of the width and height of the picture, or of the rendition that `for` describes;
   * an area is a part of its area. A mask stays one of whole pixels, as `for` makes it or as it is stored. The ETag
   * of `normalized` is that of the view: as If-Match of a change it is 412.
   */
  @ApiProperty({ enum: SPACES, default: 'pixels', required: false })
  @IsIn(SPACES)
  @IsOptional()
  space: Space = 'pixels';

  /** Gives the annotations as they were at this time, which has passed; as If-Match of a change their ETag is 412. */
  @ApiProperty({
    type: String,
    format: 'date-time',
    required: false,
    example: '2026-01-01T00:00:00Z',
  })
  @IsInstant()
  @IsOptional()
  as_of?: string;

  /** @throws InvalidRequest naming `for` for each fault inside of it */
  toView(): AnnotationView {
    return { space: this.space, ...(this.for !== undefined && renditionIn(this.for)) };
  }

  toTime(): Date | undefined {
    return this.as_of === undefined ? undefined : toInstant(this.as_of);
  }
}

function renditionIn(text: string): Pick<AnnotationView, 'for' | 'version'> {
  const parameters = parseQuery(text.replace(/^\?/, ''));
  for (const name of BESIDE_THE_POINT) Reflect.deleteProperty(parameters, name);
  return faultsNamed('for', () => {
    const query = validateParameters(RenditionQuery, parameters);
    return { for: query.toRequest() ?? {}, ...(query.v !== undefined && { version: query.v }) };
  });
}
