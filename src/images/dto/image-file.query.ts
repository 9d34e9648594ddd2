import { ApiProperty } from '@nestjs/swagger';
import { IsBoolean, IsOptional, IsString, Matches } from 'class-validator';
import { ToBoolean } from '../../http/validation/conversions.js';
import { RenditionQuery } from '../../renditions/dto/rendition.query.js';

/** How the picture is wanted; with none of the parameters of renditions it comes as it was uploaded. */
export class ImageFileQuery extends RenditionQuery {
  /**
   * The first 8 to 64 digits of the picture's `sha256`: an address that is good for this picture only, so that
   * the answer may be kept for a year. If the picture is another one by now: 404.
   * @example "9f86d081884c7d65"
   */
  @ApiProperty({ required: false })
  @Matches(/^[0-9a-f]{8,64}$/, { message: 'must be the first 8 to 64 digits of a sha256' })
  @IsOptional()
  v?: string;

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
