import { IsIn, IsInt, IsNotEmpty, IsOptional, Max, Min, ValidateBy } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { TrafficSettings } from './traffic.settings.js';

/** Where records and files are kept. */
export abstract class DataSettings extends TrafficSettings {
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
  @ValidateBy(
    { name: 'isDatabaseUrl', validator: { validate: isDatabaseUrl } },
    {
      message:
        'must be a postgresql:// address; what is special in a user or a password is percent-encoded there',
    },
  )
  @IsOptional()
  databaseUrl?: string;

  @FromEnvironment({ type: 'integer', description: 'Connections to PostgreSQL.' })
  @IsInt()
  @Min(2)
  @Max(200)
  databasePoolSize = 10;

  @FromEnvironment({
    type: 'integer',
    description:
      'Milliseconds that a request waits for the database, for a connection and all its statements together, before it is answered 503.',
  })
  @IsInt()
  @Min(100)
  @Max(600_000)
  databaseDeadlineMs = 4_500;

  @FromEnvironment({
    type: 'integer',
    description: 'Milliseconds that one statement waits for a lock.',
  })
  @IsInt()
  @Min(50)
  @Max(600_000)
  lockTimeoutMs = 2_000;

  @FromEnvironment({
    type: 'text',
    description:
      'Labels of annotations: "open" makes those that are new, "closed" takes only those that are there (POST /instruments adds one).',
  })
  @IsIn(['open', 'closed'])
  instruments: 'open' | 'closed' = 'open';
}

/** Whether it can be read as an address: else the driver would try again and again, and never say why. */
function isDatabaseUrl(text: unknown): boolean {
  if (typeof text !== 'string' || !/^postgres(ql)?:\/\/.+/.test(text)) return false;
  try {
    const { username, password } = new URL(text);
    return [username, password].map(decodeURIComponent).length > 0;
  } catch {
    return false;
  }
}
