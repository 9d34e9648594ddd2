import { compare } from '../apparatus/comparison.mjs';
import { ask, driveServer } from '../apparatus/load.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { atRest } from '../apparatus/rest.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { NAMES, drawPictures } from './pictures.mjs';
import { startBare } from './renderers.mjs';
import { assertIs, newWork, requestOf } from './works.mjs';

// Renditions that nobody has asked for before of pictures that have been there for a while: the service may
// have smaller copies by then. Against sharp alone in a loop, which makes them of the originals.

const CLIENTS = 8;
const CASES = /** @type {const} */ ([
  { kind: 'jpeg', scale: 0.25, format: 'jpeg', bound: 1.3 },
  { kind: 'jpeg', scale: 0.1, format: 'jpeg', bound: 2.5 },
  { kind: 'png', scale: 0.25, format: 'jpeg', bound: 3 },
  { kind: 'png', scale: 0.1, format: 'jpeg', bound: 3 },
  { kind: 'png', scale: 0.25, format: 'png', bound: 3 },
  { kind: 'png', scale: 0.1, format: 'png', bound: 3 },
]);
/** More than there is time for; the sizes of the last one are somewhat smaller than those of the first. */
const WORKS = { jpeg: 6_000, png: 3_000 };

await askQuestion('copies', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const { port, pid } = await laboratory.startService(database.url, { INTERMEDIATES: 'on' });
  /** @type {Record<string, import('./pictures.mjs').Picture[]>} */
  const pictures = {};
  for (const kind of new Set(CASES.map((one) => one.kind))) {
    pictures[kind] = await drawPictures(laboratory.directory, kind);
    for (const { key, path } of pictures[kind]) await uploadPicture(port, key, path);
  }
  const bare = await startBare(laboratory);
  await atRest(pid);

  for (const { kind, scale, format, bound } of CASES) {
    const works = Array.from({ length: WORKS[format] }, (_, number) =>
      newWork(pictures[kind] ?? [], scale, number, format),
    );
    let asked = 0;
    const next = () => {
      const work = works[asked++];
      if (!work) throw new Error('All works are done: give it fewer rounds or seconds.');
      return work;
    };
    const first = next();
    await assertIs(await ask(port, requestOf(first, 'service')), first, 'the service');
    const service = {
      name: 'service',
      pid,
      bound,
      run: (/** @type {import('../apparatus/load.mjs').Plan} */ plan) =>
        driveServer(port, plan, () => ({ bytes: requestOf(next(), 'service'), status: 200 })),
    };
    const contenders = [await bare.contenderFor(works), service];
    const title = `${NAMES[kind]} at ${scale} to ${format}, with stored copies`;
    report({ title, figures: await compare(contenders, options, CLIENTS) });
  }
});
