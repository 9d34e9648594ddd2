import {
  IsBoolean,
  IsIn,
  IsInt,
  IsIP,
  IsOptional,
  IsUrl,
  Matches,
  Max,
  Min,
} from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';

const LOCAL_URL = { require_tld: false, require_protocol: true };

/** Where the service listens and how it speaks with its clients. */
export abstract class ServerSettings {
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

  @FromEnvironment({
    type: 'text',
    description:
      'Processes that answer requests, 1 to 64, or auto: as many as there are cores. Limits, caches and memory for pictures are those of all of them together.',
  })
  @Matches(/^(?:auto|[1-9]|[1-5]\d|6[0-4])$/, {
    message: 'must be a whole number from 1 to 64, or auto',
  })
  workers = '1';

  @FromEnvironment({
    type: 'integer',
    description:
      'Milliseconds for which requests are still taken after SIGTERM, while /health/ready says 503 already, so that a load balancer can notice.',
  })
  @IsInt()
  @Min(0)
  @Max(10_000)
  drainNoticeMs = 0;

  @FromEnvironment({
    type: 'integer',
    description: 'Port of its own for GET /metrics (Prometheus); 0 takes any free one.',
    defaultText: 'unset (nothing is measured)',
  })
  @IsInt()
  @Min(0)
  @Max(65_535)
  @IsOptional()
  metricsPort?: number;

  @FromEnvironment({
    type: 'text',
    description: 'Address that METRICS_PORT listens on.',
    defaultText: 'that of HOST',
  })
  @IsIP(undefined, { message: 'must be an IP address, such as 127.0.0.1 or 0.0.0.0' })
  @IsOptional()
  metricsHost?: string;

  @FromEnvironment({
    type: 'text',
    description:
      'What Prometheus must send as Authorization: Bearer; 16 to 256 visible characters.',
    defaultText: 'unset (whoever reaches METRICS_PORT may read metrics)',
  })
  @Matches(/^[!-~]{16,256}$/, { message: 'must be 16 to 256 visible ASCII characters, no spaces' })
  @IsOptional()
  metricsToken?: string;
}
