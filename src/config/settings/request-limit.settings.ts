import { IsBoolean, IsInt, Max, Min } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { AccessSettings } from './access.settings.js';

const MEBIBYTE = 1024 * 1024;

/** What one request may carry. */
export abstract class RequestLimitSettings extends AccessSettings {
  @FromEnvironment({ type: 'integer', description: 'Largest photograph that is taken, in bytes.' })
  @IsInt()
  @Min(1_024)
  @Max(2_147_483_647)
  maxUploadBytes = 50 * 1_000_000;

  @FromEnvironment({
    type: 'integer',
    description:
      'An upload, or a download, is ended after so many milliseconds without a byte; who waits for an answer is not.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  uploadIdleTimeoutMs = 30_000;

  @FromEnvironment({ type: 'integer', description: 'Largest JSON body of one resource, in bytes.' })
  @IsInt()
  @Min(1_024)
  @Max(256 * MEBIBYTE)
  maxJsonBytes = 1_000_000;

  @FromEnvironment({
    type: 'integer',
    description: 'Largest JSON body that carries a whole annotation set or a batch, in bytes.',
  })
  @IsInt()
  @Min(1_024)
  @Max(256 * MEBIBYTE)
  maxAnnotationSetBytes = 16_000_000;

  @FromEnvironment({ type: 'integer', description: 'Most images that one batch makes.' })
  @IsInt()
  @Min(1)
  @Max(2_000)
  maxBatchImages = 500;

  @FromEnvironment({
    type: 'integer',
    description: 'Levels that lists and objects of JSON may be nested in each other.',
  })
  @IsInt()
  @Min(8)
  @Max(128)
  maxJsonDepth = 32;

  @FromEnvironment({
    type: 'integer',
    description: 'Most points that a geometry has, and numbers in the list of a mask.',
  })
  @IsInt()
  @Min(4)
  @Max(100_000)
  maxPolygonPoints = 10_000;

  @FromEnvironment({ type: 'integer', description: 'Most annotations that an image carries.' })
  @IsInt()
  @Min(1)
  @Max(10_000)
  maxAnnotations = 2_000;

  @FromEnvironment({
    type: 'integer',
    description: 'Largest request line and header together, in bytes.',
  })
  @IsInt()
  @Min(2_048)
  @Max(MEBIBYTE)
  maxHeaderBytes = 16_384;

  @FromEnvironment({
    type: 'integer',
    description: 'Milliseconds within which the header of a request must arrive.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  headerTimeoutMs = 10_000;

  @FromEnvironment({ type: 'boolean', description: 'Refuse writes without If-Match (428).' })
  @IsBoolean()
  requireIfMatch = false;
}
