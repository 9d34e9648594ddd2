import { ApiProperty } from '@nestjs/swagger';
import { IsIn, IsOptional } from 'class-validator';
import { MAX_ID_BYTES } from '../../http/validation/path-parameters.js';
import { IsKey, IsLabel } from '../../http/validation/text.js';
import { ML_TAGS, type MlTag } from '../ml-tag.js';

/** What may be left out, or be null, wherever an image is described. */
export class ImageDetailsRequest {
  /**
   * Which camera. Left out beside a file, it is taken from the file's EXIF.
   * @example "Canon EOS R5"
   */
  @ApiProperty({ minLength: 1, maxLength: 255 })
  @IsLabel()
  @IsOptional()
  hardware_id?: string | null;

  /** What the photograph is for in machine learning. */
  @ApiProperty({ enum: ML_TAGS, nullable: true, required: false, example: 'TRAIN' })
  @IsIn(ML_TAGS)
  @IsOptional()
  ml_tag?: MlTag | null;

  /**
   * Where: the id of a location that exists.
   * @example "theatre-4"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  @IsOptional()
  location_id?: string | null;

  /**
   * Who: the id of a user that exists.
   * @example "ada"
   */
  @ApiProperty({ minLength: 1, maxLength: MAX_ID_BYTES })
  @IsKey(MAX_ID_BYTES)
  @IsOptional()
  user_id?: string | null;
}
