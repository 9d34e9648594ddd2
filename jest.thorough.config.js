import base from './jest.config.js';

const [, e2e] = base.projects;

/**
 * npm run test:thorough: every operation against every caller, header, limit and malformed input, and the commands
 * of operators. Apart from npm test, which is to be quick.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  projects: [
    {
      ...e2e,
      displayName: 'thorough',
      testMatch: ['<rootDir>/test/thorough/**/*.e2e-spec.ts'],
      testPathIgnorePatterns: [],
    },
  ],
};
