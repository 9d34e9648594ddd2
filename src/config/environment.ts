import { availableParallelism } from 'node:os';
import {
  IsBoolean,
  IsIn,
  IsInt,
  IsIP,
  IsNotEmpty,
  IsOptional,
  IsTimeZone,
  IsUrl,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { FromEnvironment } from './setting.decorator.js';

const MEBIBYTE = 1024 * 1024;
const LOCAL_URL = { require_tld: false, require_protocol: true };

/**
 * Every setting of the service. A property is read from the environment variable of its name in
 * capitals (`maxUploadBytes` from MAX_UPLOAD_BYTES); its initial value is the default.
 */
export class Environment {
  @FromEnvironment({
    type: 'text',
    description: 'production, development (synchronized schema) or test.',
  })
  @IsIn(['production', 'development', 'test'])
  nodeEnv: 'production' | 'development' | 'test' = 'production';

  @FromEnvironment({ type: 'text', description: 'Address that the service listens on.' })
  @IsIP(undefined, { message: 'must be an IP address, such as 127.0.0.1 or 0.0.0.0' })
  host = '127.0.0.1';

  @FromEnvironment({
    type: 'integer',
    description: 'Port that the service listens on; 0 takes any free one.',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  port = 8000;

  @FromEnvironment({
    type: 'text',
    description: 'Address of the service as its clients see it, for links in answers.',
    defaultText: 'unset (links are relative to the host)',
  })
  @IsUrl(LOCAL_URL)
  @Matches(/[^/]$/, { message: 'must not end with a slash' })
  @IsOptional()
  publicUrl?: string;

  @FromEnvironment({
    type: 'text',
    description:
      'Who may call: only "off" (anybody) exists yet. Must be set when HOST is not a loopback address.',
    defaultText: 'off on a loopback HOST; elsewhere it must be set',
  })
  @IsIn(['off'])
  @IsOptional()
  auth?: 'off';

  @FromEnvironment({
    type: 'text',
    description: 'Folder of the photographs and of the embedded database.',
  })
  @IsNotEmpty()
  dataDir = './var';

  @FromEnvironment({
    type: 'text',
    description: 'PostgreSQL 14 or newer to use: postgresql://user:password@host:port/database.',
    defaultText: 'unset (the embedded PostgreSQL below DATA_DIR)',
  })
  @Matches(/^postgres(ql)?:\/\/.+/, { message: 'must be a postgresql:// address' })
  @IsOptional()
  databaseUrl?: string;

  @FromEnvironment({ type: 'integer', description: 'Connections to PostgreSQL.' })
  @IsInt()
  @Min(2)
  @Max(200)
  databasePoolSize = 10;

  @FromEnvironment({
    type: 'integer',
    description: 'Milliseconds that one statement may take before the request is answered 503.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  statementTimeoutMs = 4_500;

  @FromEnvironment({
    type: 'integer',
    description: 'Milliseconds that one statement waits for a lock.',
  })
  @IsInt()
  @Min(50)
  @Max(600_000)
  lockTimeoutMs = 2_000;

  @FromEnvironment({ type: 'integer', description: 'Largest photograph that is taken, in bytes.' })
  @IsInt()
  @Min(1_024)
  @Max(2_147_483_647)
  maxUploadBytes = 50 * 1_000_000;

  @FromEnvironment({
    type: 'integer',
    description: 'An upload is ended after so many milliseconds without a byte.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  uploadIdleTimeoutMs = 30_000;

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
    description: 'Requests that may wait for a decode; further ones are answered 503.',
  })
  @IsInt()
  @Min(0)
  @Max(10_000)
  decodeQueue = 32;

  @FromEnvironment({ type: 'integer', description: 'Milliseconds that one rendition may take.' })
  @IsInt()
  @Min(100)
  @Max(600_000)
  renditionTimeoutMs = 10_000;

  @FromEnvironment({
    type: 'text',
    description: 'Time zone (IANA name) of cameras whose EXIF time has no offset of its own.',
    defaultText: 'unset (such a time is not taken over, and a capture time must be sent)',
  })
  @IsTimeZone()
  @IsOptional()
  exifTimeZone?: string;

  @FromEnvironment({ type: 'integer', description: 'Largest JSON body of one resource, in bytes.' })
  @IsInt()
  @Min(1_024)
  @Max(256 * MEBIBYTE)
  maxJsonBytes = 1_000_000;

  @FromEnvironment({
    type: 'integer',
    description: 'Largest JSON body that carries a whole annotation set, in bytes.',
  })
  @IsInt()
  @Min(1_024)
  @Max(256 * MEBIBYTE)
  maxAnnotationSetBytes = 16_000_000;

  @FromEnvironment({ type: 'boolean', description: 'Refuse writes without If-Match (428).' })
  @IsBoolean()
  requireIfMatch = false;

  @FromEnvironment({
    type: 'list',
    description: 'Origins whose pages may call the API, separated by commas.',
    defaultText: 'none',
  })
  @IsUrl({ ...LOCAL_URL, allow_fragments: false, allow_query_components: false }, { each: true })
  @Matches(/^https?:\/\/[^/]+$/, {
    each: true,
    message: 'must list origins such as https://app.example.org, without a path',
  })
  corsOrigins: string[] = [];

  @FromEnvironment({
    type: 'text',
    description:
      'Least important messages that are logged: trace, debug, info, warn, error or silent.',
  })
  @IsIn(['trace', 'debug', 'info', 'warn', 'error', 'silent'])
  logLevel: 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent' = 'info';

  @FromEnvironment({ type: 'boolean', description: 'Serve /docs, /redoc and /openapi.json.' })
  @IsBoolean()
  docs = true;
}
