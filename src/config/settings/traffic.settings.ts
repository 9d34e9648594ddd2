import { isIP } from 'node:net';
import { IsInt, IsOptional, Matches, Max, Min, ValidateBy } from 'class-validator';
import { FromEnvironment } from '../setting.decorator.js';
import { ServerSettings } from './server.settings.js';

/** Whom requests come from, and how many of them are answered. */
export abstract class TrafficSettings extends ServerSettings {
  @FromEnvironment({
    type: 'list',
    description:
      'Proxies in front of the service: addresses, networks (10.0.0.0/8) or the word loopback. X-Forwarded-For and X-Request-Id are believed if they come from one of them.',
    defaultText: 'none (both headers are ignored)',
  })
  @ValidateBy(
    { name: 'isNetwork', validator: { validate: isNetwork } },
    { each: true, message: 'must list addresses, networks such as 10.0.0.0/8, or loopback' },
  )
  trustedProxies: string[] = [];

  @FromEnvironment({
    type: 'text',
    description:
      'Requests a minute that each caller may send (who names none: each address; ten times as many for signed addresses of pictures), or off. Every copy of the service counts for itself.',
    defaultText: 'off with AUTH=off, else 600',
  })
  @Matches(/^(?:off|[1-9]\d{0,6})$/, {
    message: 'must be a whole number from 1 to 9999999, or off',
  })
  @IsOptional()
  rateLimit?: string;

  @FromEnvironment({
    type: 'integer',
    description:
      'Refused credentials a minute that each address may send; further ones are not even looked at, unless they were good before.',
  })
  @IsInt()
  @Min(1)
  @Max(1_000_000)
  rateLimitFailures = 20;
}

/** Whether Express takes it for `trust proxy`; a prefix of 0 would let everybody say who they are. */
function isNetwork(text: unknown): boolean {
  if (text === 'loopback') return true;
  const [, address = '', prefix] = /^([^/]+)(?:\/(\d{1,3}))?$/.exec(String(text)) ?? [];
  const family = isIP(address);
  if (family === 0 || address.includes('%')) return false;
  const bits = prefix === undefined ? 1 : Number(prefix);
  return bits >= 1 && bits <= (family === 4 ? 32 : 128);
}
