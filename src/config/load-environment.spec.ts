import { describe, expect, it } from '@jest/globals';
import { Environment } from './environment.js';
import { InvalidEnvironment, parseEnvironment } from './load-environment.js';
import { settingsOf } from './setting.decorator.js';

describe('parseEnvironment', () => {
  it('has a good default for every setting', () => {
    expect(parseEnvironment({})).toEqual(new Environment());
    expect(parseEnvironment({})).toMatchObject({
      host: '127.0.0.1',
      port: 8000,
      dataDir: './var',
      maxUploadBytes: 50_000_000,
      maxPixels: 50_000_000,
      maxPixelsHeavy: 25_000_000,
      maxFrames: 500,
      maxOutputSide: 8_192,
      maxJsonBytes: 1_000_000,
      maxAnnotationSetBytes: 16_000_000,
      uploadIdleTimeoutMs: 30_000,
      requireIfMatch: false,
      corsOrigins: [],
      docs: true,
    });
  });

  it('takes an empty variable for one that is not set, and the space around a value for nothing', () => {
    expect(parseEnvironment({ PORT: '', DATABASE_URL: '  ' })).toEqual(new Environment());
    expect(parseEnvironment({ PORT: ' 80 ' }).port).toBe(80);
  });

  it('reads a value of every kind', () => {
    const environment = parseEnvironment({
      PORT: '0',
      HOST: '::1',
      REQUIRE_IF_MATCH: 'true',
      DOCS: 'false',
      CORS_ORIGINS: 'https://a.example.org, http://localhost:3000',
      EXIF_TIME_ZONE: 'Europe/Berlin',
      PUBLIC_URL: 'https://photographs.example.org/loupe',
      DATABASE_URL: 'postgresql://loupe@db/loupe',
      TRUSTED_PROXIES: 'loopback, 10.0.0.0/8,2001:db8::/32,192.0.2.1',
      RATE_LIMIT: 'off',
    });

    expect(environment).toMatchObject({
      port: 0,
      host: '::1',
      requireIfMatch: true,
      docs: false,
      corsOrigins: ['https://a.example.org', 'http://localhost:3000'],
      exifTimeZone: 'Europe/Berlin',
      publicUrl: 'https://photographs.example.org/loupe',
      databaseUrl: 'postgresql://loupe@db/loupe',
      trustedProxies: ['loopback', '10.0.0.0/8', '2001:db8::/32', '192.0.2.1'],
      rateLimit: 'off',
    });
  });

  it.each(['0', '65', '-1', '1.5', 'many', 'AUTO', '02'])('refuses WORKERS=%s', (workers) => {
    expect(faultsOf({ WORKERS: workers })).toEqual([
      'WORKERS must be a whole number from 1 to 64, or auto',
    ]);
  });

  it.each(['1', '9', '10', '64', 'auto'])('takes WORKERS=%s', (workers) => {
    expect(parseEnvironment({ WORKERS: workers }).workers).toBe(workers);
  });

  it('refuses to have metrics beside the API', () => {
    expect(faultsOf({ PORT: '9000', METRICS_PORT: '9000' })).toEqual([
      'METRICS_PORT must not be PORT: metrics are never open beside the API',
    ]);
    expect(parseEnvironment({ PORT: '0', METRICS_PORT: '0' }).metricsPort).toBe(0);
  });

  it('names all faults at once', () => {
    const faults = faultsOf({
      PORT: '80a',
      HOST: 'localhost',
      MAX_PIXELS: '0',
      DOCS: 'yes',
      LOG_LEVEL: 'loud',
      EXIF_TIME_ZONE: 'Mars/Olympus',
    });

    expect(faults.map((fault) => fault.split(' ')[0]).sort()).toEqual([
      'DOCS',
      'EXIF_TIME_ZONE',
      'HOST',
      'LOG_LEVEL',
      'MAX_PIXELS',
      'PORT',
    ]);
  });

  it.each([
    ['PORT', ['-1', '65536', '1.5', '1e3', '0x50', '８０', 'http']],
    ['MAX_UPLOAD_BYTES', ['0', '-5', '99999999999999999999', '50MB', 'Infinity']],
    ['DATABASE_POOL_SIZE', ['1', '201']],
    ['METRICS_PORT', ['-1', '65536', 'on']],
    ['METRICS_HOST', ['localhost', '10.0.0']],
    ['METRICS_TOKEN', ['too-short', 'with a space in it', 'x'.repeat(257)]],
    ['REQUIRE_IF_MATCH', ['1', 'TRUE', 'on']],
    ['NODE_ENV', ['staging']],
    ['AUTH', ['none', 'OFF']],
    ['OIDC_ROLE_NAMES', ['photographers', 'it=root']],
    ['OIDC_ALGORITHMS', ['none', 'HS256', 'RS256,HS256']],
    ['FILE_URL_SECRETS', ['too-short']],
    [
      'DATABASE_URL',
      [
        'mysql://db/loupe',
        'db',
        'postgresql://',
        'postgresql://a:b%z@db/a',
        'postgresql://a:b#@db/a',
      ],
    ],
    ['PUBLIC_URL', ['photographs.example.org', 'https://photographs.example.org/']],
    ['TRUSTED_PROXIES', ['all', '10.0.0', '0.0.0.0/0', '::/0', '10.0.0.0/33', '::1/129', '::1,']],
    ['RATE_LIMIT', ['0', '-1', 'on', '1.5', '10000000']],
    ['RATE_LIMIT_FAILURES', ['0', 'off']],
    ['CORS_ORIGINS', ['*', 'https://a.example.org/path', 'https://a.example.org,,']],
  ])('refuses what %s cannot be, by name', (variable, values) => {
    for (const value of values) {
      const faults = faultsOf({ [variable]: value });
      expect(faults).toHaveLength(1);
      expect(faults[0]).toMatch(new RegExp(`^${variable} `));
    }
  });

  it('shows no value: it may be a secret', () => {
    const secret = 'canary-7f3a';
    const wrong = Object.fromEntries(
      settingsOf(Environment).map(({ variable }) => [variable, `${secret} `.repeat(2)]),
    );

    expect(messageOf(wrong)).not.toContain(secret);
    expect(faultsOf(wrong).length).toBeGreaterThan(15);
  });

  it.each(['0.0.0.0', '::', '192.168.1.2', '2001:db8::1'])(
    'wants to be told who may call when it listens on %s',
    (host) => {
      expect(faultsOf({ HOST: host })).toEqual([
        expect.stringMatching(/^AUTH must be set .*AUTH=off/),
      ]);
      expect(parseEnvironment({ HOST: host, AUTH: 'off' })).toMatchObject({ host, auth: 'off' });
    },
  );

  it.each(['127.0.0.1', '127.1.2.3', '::1'])('need not be told when it listens on %s', (host) => {
    expect(parseEnvironment({ HOST: host }).host).toBe(host);
  });
});

function faultsOf(source: Record<string, string>): readonly string[] {
  try {
    parseEnvironment(source);
  } catch (error) {
    if (error instanceof InvalidEnvironment) return error.faults;
    throw error;
  }
  return [];
}

function messageOf(source: Record<string, string>): string {
  try {
    parseEnvironment(source);
  } catch (error) {
    return String(error);
  }
  return '';
}
