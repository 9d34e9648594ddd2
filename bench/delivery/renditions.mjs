import { compare } from '../apparatus/comparison.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { NAMES, drawPictures } from './pictures.mjs';
import { casesOf } from './rendition-cases.mjs';
import { forgetfulService, rendererFor, startBare, startPeers } from './renderers.mjs';
import { worksOf } from './works.mjs';

// Renditions that nobody has made before, against sharp alone in a loop and against other servers, all of them
// at the same quality.

await askQuestion('renditions', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const started = await forgetfulService(laboratory, database.url);
  const service = { ...started, name: 'service', server: /** @type {const} */ ('service') };
  /** @type {Record<string, import('./pictures.mjs').Picture[]>} */
  const pictures = {};
  for (const kind of /** @type {const} */ (['jpeg', 'png', 'small'])) {
    pictures[kind] = await drawPictures(laboratory.directory, kind);
    for (const { key, path } of pictures[kind]) await uploadPicture(service.port, key, path);
  }
  const bare = await startBare(laboratory);
  const peers = await startPeers(laboratory);

  for (const { kind, scale, format, clients, hasPeers, bound, against } of casesOf(options.full)) {
    const works = worksOf(pictures[kind] ?? [], scale, format, clients);
    const invited = peers.filter(({ can = () => true }) => hasPeers && works.every(can));
    const contenders = [
      await bare.contenderFor(works),
      { ...(await rendererFor(service, works)), bound, against },
    ];
    for (const peer of invited) contenders.push(await rendererFor(peer, works));
    const title = `${NAMES[kind]} at ${scale} to ${format}, ${clients} clients`;
    report({ title, figures: await compare(contenders, options, clients) });
  }
});
