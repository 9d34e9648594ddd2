import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';
import { RenditionQuery } from '../../renditions/dto/rendition.query.js';

/** How the picture is wanted; with none of the parameters of renditions it comes as it was uploaded. */
export class ImageFileQuery extends RenditionQuery {
  /**
   * Asks browsers to save the picture, under the last part of its key.
   * @example true
   */
  @ApiProperty({ default: false, required: false })
  @ToBoolean()
  @IsBoolean({ message: 'must be true or false' })
  @IsOptional()
  download: boolean = false;

  /**
   * What makes an address of `file.url` good without a credential; it is part of that address.
   * @example "1795450000.c3QtamFtZXM.LrqzIfVbT9jYpWcXe3m0AKd7uHs5G2o8nN4yD1tRwxE"
   */
  @IsString()
  @IsOptional()
  signature?: string;
}
