import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { giveUp, prepare } from '../scripts/prepare.mjs';
import { askAll } from './apparatus/ask-all.mjs';

// npm run bench:scale [-- --images 1000000]: what lists cost where there are many records.

const QUESTIONS = ['filters'];

const { values } = parseArgs({ options: { images: { type: 'string', default: '1000000' } } });
await prepare().catch(giveUp);
await askAll(
  QUESTIONS.map((name) => ({ name, file: join(import.meta.dirname, 'scale', `${name}.mjs`) })),
  [`--images=${values.images}`],
);
