import { join } from 'node:path';
import sharp from 'sharp';
import { compare } from './apparatus/comparison.mjs';
import { answerOf } from './apparatus/laboratory.mjs';
import { ask, driveServer, requestBytes } from './apparatus/load.mjs';
import { drawPhotograph } from './apparatus/photographs.mjs';
import { askQuestion } from './apparatus/question.mjs';
import { uploadPicture } from './apparatus/upload.mjs';

// Renditions of a 12-megapixel JPEG over HTTP, against sharp alone in a loop with the same files.

const [WIDTH, HEIGHT] = [4000, 3000];
const PHOTOGRAPHS = 4;
const CASES = [
  { scale: 0.5, concurrency: 2, bound: 0.88 },
  { scale: 0.5, concurrency: 4, bound: 0.88 },
  { scale: 0.25, concurrency: 4 },
  { scale: 0.1, concurrency: 4 },
];

await askQuestion('renditions', async ({ laboratory, options, report }) => {
  const database = await laboratory.openDatabase();
  const service = await laboratory.startService(database.url);
  const paths = Array.from({ length: PHOTOGRAPHS }, (_, number) =>
    join(laboratory.directory, `photograph-${number}.jpg`),
  );
  for (const [number, path] of paths.entries()) {
    await drawPhotograph(path, number + 1);
    await uploadPicture(service.port, `photograph-${number}`, path);
  }
  const bare = await laboratory.startContender('bare-renditions.mjs', { paths });

  for (const { scale, concurrency, bound } of CASES) {
    const exchanges = await exchangesAt(service.port, scale);
    let asked = 0;
    const limit = {
      name: 'sharp in a loop',
      pid: bare.pid,
      run: async (plan) => {
        bare.child.send({ plan, width: WIDTH * scale, height: HEIGHT * scale });
        return answerOf(bare.child);
      },
    };
    const contender = {
      name: 'service',
      pid: service.pid,
      bound,
      run: (plan) => driveServer(service.port, plan, () => exchanges[asked++ % PHOTOGRAPHS]),
    };
    const title = `scale ${scale}, ${concurrency} at once`;
    report({ title, figures: await compare([limit, contender], options, concurrency) });
  }
});

/** A request for each photograph; its first answer is looked at, the others must be as long. */
async function exchangesAt(port, scale) {
  const requests = Array.from({ length: PHOTOGRAPHS }, (_, number) =>
    requestBytes('GET', `/images/photograph-${number}/file?scale=${scale}&quality=75`),
  );
  return Promise.all(
    requests.map(async (bytes) => {
      const { status, length, body } = await ask(port, bytes);
      const { format, width, height } = await sharp(body).metadata();
      if (
        status === 200 &&
        format === 'jpeg' &&
        width === WIDTH * scale &&
        height === HEIGHT * scale
      )
        return { bytes, status, length };
      throw new Error(`Scale ${scale} was answered ${status}: ${format} of ${width} × ${height}.`);
    }),
  );
}
