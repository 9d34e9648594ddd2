import base from './jest.config.js';

const [, e2e] = base.projects;

/**
 * npm run test:faults: what happens when machines, networks and people misbehave. Apart from npm test,
 * because these specs kill processes, fill disks and take minutes; one at a time, so that no fault
 * disturbs another spec.
 *
 * @type {import('jest').Config}
 */
export default {
  ...base,
  projects: [
    { ...e2e, displayName: 'faults', testMatch: ['<rootDir>/test/faults/**/*.faults-spec.ts'] },
  ],
  testTimeout: 120_000,
  maxWorkers: 1,
};
