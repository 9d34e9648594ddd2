import { join } from 'node:path';
import { giveUp, prepare } from '../scripts/prepare.mjs';
import { askAll } from './apparatus/ask-all.mjs';

// npm run bench [-- questions and options]: what records and uploads cost, and what they withstand.

const QUESTIONS = ['reads', 'writes', 'workers', 'memory', 'bombs'];

const given = process.argv.slice(2);
const chosen = QUESTIONS.filter((question) => given.includes(question));
const options = given.filter((argument) => !QUESTIONS.includes(argument));

await prepare().catch(giveUp);
await askAll(
  (chosen.length > 0 ? chosen : QUESTIONS).map((name) => ({
    name,
    file: join(import.meta.dirname, `${name}.mjs`),
  })),
  options,
);
