import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare } from '../apparatus/comparison.mjs';
import { pinTo } from '../apparatus/cores.mjs';
import { ask, driveServer, fieldOf, requestBytes } from '../apparatus/load.mjs';
import { askQuestion } from '../apparatus/question.mjs';
import { uploadPicture } from '../apparatus/upload.mjs';
import { driveWithWrk, hasWrk } from '../apparatus/wrk.mjs';
import { drawPictures } from './pictures.mjs';
import { assertIs, PATHS, workOf } from './works.mjs';

// A rendition of about 120 KB that is there already, as 200 and as 304: the service on one core against nginx,
// which serves the same bytes with sendfile on that core; the load is made on another one.

const BYTES = 120_000;
const CLIENTS = 8;
const [SERVER_CORE, LOAD_CORE] = [0, 1];
const BOUNDS = { 200: 0.15, 304: 0.06 };

await askQuestion('bytes', async ({ laboratory, options, report }) => {
  const { directory } = laboratory;
  const database = await laboratory.openDatabase();
  const quiet = await laboratory.startService(database.url, { LOG_LEVEL: 'silent' });
  const [picture] = await drawPictures(directory, 'jpeg');
  await uploadPicture(quiet.port, picture.key, picture.path);
  const path = await pathOfAbout(quiet.port, picture, BYTES);
  const { body } = await ask(quiet.port, requestBytes('GET', path));
  await writeFile(join(directory, 'ready.jpg'), body);

  const logging = await laboratory.startService(database.url);
  await uploadPicture(logging.port, 'again', picture.path);
  const bare = await laboratory.startContender('ready-bytes.mjs', {
    path: join(directory, 'ready.jpg'),
  });
  const nginx = await laboratory.startContender('nginx.mjs', {
    directory: join(directory, 'nginx'),
    workers: 1,
    modules: [],
    server: `root ${directory};`,
  });
  if (nginx.ready.missing) throw new Error(`This needs ${nginx.ready.missing}.`);

  const isWrk = await hasWrk();
  console.log(
    isWrk
      ? '\n  the load is made by wrk'
      : '\n  the load is made by Node.js, which is slower than nginx (on Debian: apt-get install wrk)',
  );
  const servers = [
    {
      name: 'nginx, sendfile',
      port: nginx.ready.port,
      pid: nginx.ready.pids[0],
      path: '/ready.jpg',
    },
    { name: 'node:http, Buffer', port: bare.ready.port, pid: bare.pid, path: '/' },
    { name: 'service, silent', port: quiet.port, pid: quiet.pid, path, bounds: BOUNDS },
    {
      name: 'service, logging',
      port: logging.port,
      pid: logging.pid,
      path: path.replace(picture.key, 'again'),
    },
  ];
  for (const { pid } of servers) await pinTo(pid, SERVER_CORE);
  await pinTo(process.pid, LOAD_CORE);

  for (const status of /** @type {const} */ ([200, 304])) {
    const contenders = [];
    for (const { name, port, pid, path, bounds } of servers) {
      const target = await targetOf(port, path, status, body);
      const run = (/** @type {import('../apparatus/load.mjs').Plan} */ plan) =>
        isWrk
          ? driveWithWrk(directory, target, plan)
          : driveServer(port, plan, () => target.exchange);
      contenders.push({ name, pid, bound: bounds?.[status], run });
    }
    const title = `${body.length} ready bytes as ${status}, on one core`;
    report({ title, figures: await compare(contenders, options, CLIENTS) });
  }
});

/**
 * The path of a rendition of about so many bytes.
 *
 * @param {number} port @param {import('./pictures.mjs').Picture} picture @param {number} bytes
 */
async function pathOfAbout(port, picture, bytes) {
  let width = 1000;
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const work = workOf(picture, { width, height: Math.round(width * 0.75) }, 'jpeg');
    const path = /** @type {string} */ (PATHS.service?.(work));
    const answer = await ask(port, requestBytes('GET', path));
    await assertIs(answer, work, path);
    if (Math.abs(answer.length / bytes - 1) < 0.05) return path;
    width = Math.round(width * Math.sqrt(bytes / answer.length));
  }
  throw new Error(`No rendition has about ${bytes} bytes.`);
}

/**
 * What is asked for, after its answer was looked at.
 *
 * @param {number} port @param {string} path @param {200 | 304} status @param {Buffer} body
 */
async function targetOf(port, path, status, body) {
  const whole = await ask(port, requestBytes('GET', path));
  if (whole.status !== 200 || !whole.body.equals(body))
    throw new Error(`${path} was answered ${whole.status} with other bytes than the rendition's.`);
  const headers = status === 304 ? { 'If-None-Match': fieldOf(whole, 'ETag') ?? '' } : {};
  const bytes = requestBytes('GET', path, undefined, headers);
  const answer = await ask(port, bytes);
  if (answer.status !== status) throw new Error(`${path} was answered ${answer.status}.`);
  return {
    ...{ port, path, headers },
    answerBytes: answer.head.length + 4 + answer.length,
    exchange: { bytes, status, length: answer.length },
  };
}
