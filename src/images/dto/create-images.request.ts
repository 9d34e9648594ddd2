import { ApiProperty } from '@nestjs/swagger';
import { IsArray, IsBoolean } from 'class-validator';
import { InspectedBy, type InnerFault } from '../../http/validation/inspected-by.js';
import { MayBeAbsent } from '../../http/validation/presence.js';
import { settingsInForce } from '../../http/validation/settings-in-force.js';
import { CreateImageRequest } from './create-image.request.js';

/** Images to make with one request. */
export class CreateImagesRequest {
  /** The records, each as `POST /images` takes it. Each is checked by itself, where it stands. */
  @ApiProperty({
    type: () => [CreateImageRequest],
    minItems: 1,
    maxItems: settingsInForce().maxBatchImages,
  })
  @InspectedBy('isBatch', lengthFaults)
  @IsArray()
  images!: unknown[];

  /** True: all of them are made, or none. False: each is made that can be, whatever is wrong with others. */
  @ApiProperty({ type: Boolean, required: false, default: false, example: false })
  @IsBoolean()
  @MayBeAbsent()
  atomic?: boolean;
}

function lengthFaults(value: unknown): InnerFault[] {
  const { maxBatchImages } = settingsInForce();
  if (!Array.isArray(value) || (value.length > 0 && value.length <= maxBatchImages)) return [];
  return [{ path: [], detail: `must hold 1 to ${maxBatchImages} images` }];
}
