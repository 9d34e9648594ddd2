// npm run fuzz [-- --requests 10000 --pictures 10000 --seed S]: test/faults/fuzz.faults-spec.ts at length.
// A failure prints its seed, which brings it back, and the bytes that show it.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { becomeNode } from './foreground.mjs';
import { giveUp, prepare, root } from './prepare.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    pictures: { type: 'string', default: '10000' },
    seed: { type: 'string', default: String(Date.now() % 1_000_000_000) },
  },
});
for (const [option, value] of Object.entries(values)) {
  if (/^\d{1,9}$/.test(value)) continue;
  console.error(`--${option} must be a whole number.`);
  process.exit(1);
}

await prepare().catch(giveUp);
becomeNode(
  [
    '--experimental-vm-modules',
    '--disable-warning=ExperimentalWarning',
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(root, 'jest.faults.config.js'),
    '--testPathPatterns',
    'fuzz.faults-spec',
  ],
  {
    cwd: root,
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: {
      ...process.env,
      FUZZ_REQUESTS: values.requests,
      FUZZ_PICTURES: values.pictures,
      FUZZ_SEED: values.seed,
    },
  },
);
