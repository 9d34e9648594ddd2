import base from './jest.config.js';

const [unit, e2e] = base.projects;

/**
 * npm run test:thorough: every operation against every caller, header, limit and malformed input, every combination of
 * what turns and cuts pictures, migrations with data, many clients at once, and the commands of operators. Apart from
 * npm test, which is to be quick.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  projects: [
    {
      ...unit,
      displayName: 'thorough unit',
      testMatch: ['<rootDir>/src/**/*.thorough-spec.ts'],
    },
    {
      ...e2e,
      displayName: 'thorough',
      testMatch: ['<rootDir>/test/thorough/**/*.e2e-spec.ts'],
      testPathIgnorePatterns: [],
    },
  ],
};
