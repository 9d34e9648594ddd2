import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { giveUp, prepare } from '../scripts/prepare.mjs';
import { askAll } from './apparatus/ask-all.mjs';

// npm run bench:scale [-- --images 1000000]: what the JSON API costs where there are many records: at two sizes, or at
// the one that is named, each beside 10,000 images; then reads and writes beside a bare handler.

const SIZES = ['100000', '1000000'];

const { values } = parseArgs({
  options: {
    images: { type: 'string', multiple: true, default: SIZES },
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
  },
});
const bench = import.meta.dirname;

await prepare().catch(giveUp);
await askAll(
  [
    ...values.images.map((images) => ({
      name: 'records',
      file: join(bench, 'scale', 'records.mjs'),
      options: [`--images=${images}`],
    })),
    ...['reads', 'writes'].map((name) => ({ name, file: join(bench, `${name}.mjs`) })),
  ],
  [`--rounds=${values.rounds}`, `--seconds=${values.seconds}`],
);
