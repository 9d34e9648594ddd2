import { availableParallelism } from 'node:os';
import { IsIn, IsInt, IsOptional, IsTimeZone, Max, Min } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { CopySettings } from './copy.settings.js';

const MEBIBYTE = 1024 * 1024;

/** What pictures may cost. */
export abstract class PictureSettings extends CopySettings {
  @FromEnvironment({
    type: 'integer',
    description: 'Largest picture that is decoded or made, in pixels, summed over its frames.',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  maxPixels = 50_000_000;

  @FromEnvironment({
    type: 'integer',
    description:
      'The same for AVIF and for progressive or interlaced files, which cost more memory.',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000_000)
  maxPixelsHeavy = 25_000_000;

  @FromEnvironment({
    type: 'integer',
    description: 'Most frames (pages) that an accepted file has.',
  })
  @IsInt()
  @Min(1)
  @Max(100_000)
  maxFrames = 500;

  @FromEnvironment({ type: 'integer', description: 'Longest side of a scaled picture, in pixels.' })
  @IsInt()
  @Min(1)
  @Max(16_383)
  maxOutputSide = 8_192;

  @FromEnvironment({
    type: 'integer',
    description: 'Pictures decoded at the same time.',
    defaultText: 'the number of cores',
  })
  @IsInt()
  @Min(1)
  @Max(256)
  decodes = availableParallelism();

  @FromEnvironment({
    type: 'integer',
    description:
      'Bytes of memory that they may take together, by estimates. A picture that alone would take more is refused.',
  })
  @IsInt()
  @Min(32 * MEBIBYTE)
  @Max(1024 * 1024 * MEBIBYTE)
  decodeMemory = 512 * MEBIBYTE;

  @FromEnvironment({
    type: 'integer',
    description: 'Requests that may wait for a decode; further ones are answered 503.',
  })
  @IsInt()
  @Min(0)
  @Max(10_000)
  decodeQueue = 32;

  @FromEnvironment({
    type: 'integer',
    description:
      'Milliseconds that a request may wait for a decode and for its end, together, before it is answered 503.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  renditionTimeoutMs = 10_000;

  @FromEnvironment({
    type: 'integer',
    description:
      'Bytes of made pictures that are kept below DATA_DIR/cache, where they may be lost; 0: none. One takes at most a twentieth.',
  })
  @IsInt()
  @Min(0)
  @Max(1_000_000 * MEBIBYTE)
  renditionCacheBytes = 2_048 * MEBIBYTE;

  @FromEnvironment({
    type: 'integer',
    description: 'Bytes of made pictures that are kept in memory as well; 0: none.',
  })
  @IsInt()
  @Min(0)
  @Max(1_000_000 * MEBIBYTE)
  hotCacheBytes = 64 * MEBIBYTE;

  @FromEnvironment({
    type: 'integer',
    description:
      'Pictures whose records are kept in memory (about 1 KB each), so that reading them asks the database nothing; 0: none.',
  })
  @IsInt()
  @Min(0)
  @Max(10_000_000)
  pictureDirectoryEntries = 100_000;

  @FromEnvironment({
    type: 'text',
    description:
      'Whether pictures that are in memory, and all annotations of an image, are answered ahead of the router ("on"), or like everything else ("off").',
  })
  @IsIn(['on', 'off'])
  hotLane: 'on' | 'off' = 'on';

  @FromEnvironment({
    type: 'text',
    description: 'Time zone (IANA name) of cameras whose EXIF time has no offset of its own.',
    defaultText: 'unset (such a time is not taken over, and a capture time must be sent)',
  })
  @IsTimeZone()
  @IsOptional()
  exifTimeZone?: string;
}
