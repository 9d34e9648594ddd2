import { ApiProperty } from '@nestjs/swagger';
import { IsInt, IsNumber, IsOptional, IsPositive, IsString, Max, Min } from 'class-validator';
import { ToNumber } from '../../http/validation/conversions.js';

/** How the picture is wanted; with neither parameter it comes as it was uploaded. */
export class ImageFileQuery {
  /**
   * Factor of the upright picture's width and height, > 0; each side is rounded and has at least 1 pixel.
   * @example 0.5
   */
  @ApiProperty({ minimum: 0, exclusiveMinimum: true })
  @ToNumber()
  @IsNumber({}, { message: 'must be a number' })
  @IsPositive()
  @IsOptional()
  scale?: number;

  /**
   * Re-encoding quality of lossy formats, 1 (smallest) to 100 (best); 75 if only the scale is given.
   * @example 80
   */
  @ApiProperty({ type: 'integer' })
  @ToNumber()
  @IsInt()
  @Min(1)
  @Max(100)
  @IsOptional()
  quality?: number;

  /**
   * What makes an address of `file.url` good without a credential; it is part of that address.
   * @example "1795450000.c3QtamFtZXM.LrqzIfVbT9jYpWcXe3m0AKd7uHs5G2o8nN4yD1tRwxE"
   */
  @IsString()
  @IsOptional()
  signature?: string;
}
