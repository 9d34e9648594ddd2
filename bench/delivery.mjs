import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { giveUp, prepare, prepareFolder } from '../scripts/prepare.mjs';
import { askAll } from './apparatus/ask-all.mjs';
import { atMost } from './apparatus/report.mjs';

// npm run bench:delivery [-- --only renditions,bytes … and options]: how pictures are delivered, against sharp
// alone and against other servers.

const QUESTIONS = ['renditions', 'copies', 'encoders', 'bytes', 'busy', 'zoom'];
const MOST_MB = 450;

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: QUESTIONS.join() },
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    warmup: { type: 'string', default: '2' },
    full: { type: 'boolean', default: false },
    profile: { type: 'string' },
  },
});
const chosen = values.only.split(',');
const unknown = chosen.find((question) => !QUESTIONS.includes(question));
if (unknown !== undefined) {
  console.error(`There is no question "${unknown}"; there are ${QUESTIONS.join(', ')}.`);
  process.exit(2);
}

await prepare().catch(giveUp);
await prepareFolder(join(import.meta.dirname, 'peers')).catch(giveUp);
await askAll(
  QUESTIONS.filter((question) => chosen.includes(question)).map((name) => ({
    name,
    file: join(import.meta.dirname, 'delivery', `${name}.mjs`),
  })),
  [
    ...['rounds', 'seconds', 'warmup'].map((option) => `--${option}=${values[option]}`),
    ...(values.full ? ['--full'] : []),
    ...(values.profile ? [`--profile=${values.profile}`] : []),
  ],
  (findings) => [
    atMost(
      'the service, all questions',
      Math.max(...findings.map(({ peakMb }) => peakMb)),
      MOST_MB,
      'MB at its highest',
    ),
  ],
);
