const transform = { '^.+\\.ts$': '@swc/jest' };
const extensionsToTreatAsEsm = ['.ts'];
/** The compiled service, and of its packages those whose very classes specs want. */
const shipped =
  '/(?:dist/(?:src|migrations|ormconfig)|node_modules/(?:@nestjs|typeorm|pg/esm))\\b.*\\.m?js$';

/** @type {import('jest').Config} */
export default {
  projects: [
    {
      displayName: 'unit',
      rootDir: import.meta.dirname,
      testMatch: ['<rootDir>/src/**/*.spec.ts'],
      transform,
      extensionsToTreatAsEsm,
      moduleNameMapper: { '^(\\.{1,2}/.*)\\.js$': '$1' },
      modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/var/'],
    },
    {
      // The compiled service is what ships and the swagger plugin only runs in the real compiler,
      // so e2e specs name the sources (and are typed by them) but run dist.
      displayName: 'e2e',
      rootDir: import.meta.dirname,
      testMatch: ['<rootDir>/test/**/*.e2e-spec.ts'],
      testPathIgnorePatterns: ['<rootDir>/test/thorough/'],
      testEnvironment: '<rootDir>/test/helpers/shipped-environment.mjs',
      transform: {
        ...transform,
        [shipped]: '<rootDir>/test/helpers/shipped-transform.mjs',
      },
      transformIgnorePatterns: ['/node_modules/(?!(?:@nestjs|typeorm|pg)/)'],
      extensionsToTreatAsEsm,
      moduleNameMapper: {
        '^(?:\\.\\./)+(src|migrations)/(.*)\\.js$': '<rootDir>/dist/$1/$2.js',
        '^(?:\\.\\./)+ormconfig\\.js$': '<rootDir>/dist/ormconfig.js',
        '^(\\.{1,2}/.*)\\.js$': '$1',
      },
      modulePathIgnorePatterns: ['<rootDir>/var/'],
      globalSetup: '<rootDir>/test/helpers/global-setup.ts',
      globalTeardown: '<rootDir>/test/helpers/global-teardown.ts',
    },
  ],
  testTimeout: 30_000,
  maxWorkers: 2,
};
