import { existsSync } from 'node:fs';
import { isIP } from 'node:net';
import { validateSync } from 'class-validator';
import { Environment } from './environment.js';
import { settingsOf, type SettingType } from './setting.decorator.js';

/** One or more settings are wrong: every one is named, no value is shown (it may be a secret). */
export class InvalidEnvironment extends Error {
  constructor(readonly faults: readonly string[]) {
    super(['The settings are not valid:', ...faults.map((fault) => `  ${fault}`)].join('\n'));
    this.name = 'InvalidEnvironment';
  }
}

/**
 * Reads and checks every setting; an empty variable counts as unset.
 * @throws InvalidEnvironment naming all faults at once
 */
export function parseEnvironment(
  source: Readonly<Record<string, string | undefined>>,
): Environment {
  const environment = new Environment();
  const faults: string[] = [];
  for (const { property, variable, type } of settingsOf(Environment)) {
    const text = source[variable]?.trim();
    if (text === undefined || text === '') continue;
    const value = valueOf(text, type);
    if (value === undefined) faults.push(`${variable} must be ${EXPECTED[type]}`);
    else Object.assign(environment, { [property]: value });
  }
  for (const error of validateSync(environment, { stopAtFirstError: true })) {
    const setting = settingsOf(Environment).find(({ property }) => property === error.property);
    const [message = 'is not valid'] = Object.values(error.constraints ?? {});
    const sentence = message.replace(new RegExp(`^(each value in )?${error.property} `), '');
    faults.push(`${setting?.variable ?? error.property} ${sentence}`);
  }
  if (environment.auth === undefined && isIP(environment.host) && !isLoopback(environment.host))
    faults.push(
      'AUTH must be set when HOST is not a loopback address: AUTH=off lets everybody who reaches the port in',
    );
  if (environment.oidcIssuer !== undefined && environment.oidcAudience === undefined)
    faults.push(
      'OIDC_AUDIENCE must be set with OIDC_ISSUER: without it, tokens made for other services would be taken',
    );
  if (environment.oidcIssuer !== undefined && environment.auth !== 'on')
    faults.push('AUTH must be on with OIDC_ISSUER: otherwise nobody is asked for a token');
  const { port, metricsPort } = environment;
  if (metricsPort !== undefined && metricsPort !== 0 && metricsPort === port)
    faults.push('METRICS_PORT must not be PORT: metrics are never open beside the API');
  if (faults.length > 0) throw new InvalidEnvironment(faults);
  return environment;
}

/** The settings of this process: its environment, completed from a file `.env` in the working directory. */
export function loadEnvironment(): Environment {
  if (existsSync('.env')) process.loadEnvFile('.env');
  return parseEnvironment(process.env);
}

const EXPECTED: Record<SettingType, string> = {
  text: 'text',
  integer: 'a whole number',
  boolean: 'true or false',
  list: 'a list separated by commas',
};

function valueOf(text: string, type: SettingType): unknown {
  if (type === 'integer') return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
  if (type === 'boolean') return text === 'true' || (text === 'false' ? false : undefined);
  if (type === 'list') return text.split(',').map((item) => item.trim());
  return text;
}

function isLoopback(host: string): boolean {
  return host === '::1' || host.startsWith('127.');
}
