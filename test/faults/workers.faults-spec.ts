import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { type ClientRequest, type IncomingMessage, request as open } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Http, httpTo } from '../helpers/app.js';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { childrenOf, isAlive } from '../helpers/processes.js';
import { anImage, imageFields, pathTo, unique } from '../helpers/records.js';
import { aPhotograph, aPicture, putFile } from '../helpers/uploads.js';

const MAIN = join(process.cwd(), 'dist/src/main.js');
const CRASH_LOOP = 6;

let service: ChildService | undefined;

afterEach(async () => {
  await service?.close();
  service = undefined;
});

async function start(settings: Record<string, string> = {}): Promise<[ChildService, Http]> {
  service = await startTwo(settings);
  return [service, await httpTo(service.url)];
}

function startTwo(settings: Record<string, string> = {}): Promise<ChildService> {
  return startChild({ WORKERS: '2', LOG_LEVEL: 'info', ...settings });
}

interface Line {
  msg?: string;
  worker?: number;
  pid?: number;
  path?: string;
  status?: number;
}

/** What stands in the log so far, in lines of JSON. */
function logOf({ output }: Pick<ChildService, 'output'>): Line[] {
  return output()
    .split('\n')
    .filter((line) => line.startsWith('{') && line.endsWith('}'))
    .map((line) => JSON.parse(line) as Line);
}

/** The processes that answered requests of a path, in the order of their answers. */
async function answerersOf(child: ChildService, path: string, count: number): Promise<number[]> {
  const found = () =>
    logOf(child)
      // Of a picture that comes as a stream the log may say that it was aborted, where the client had all of it and
      // left before the stream had ended.
      .filter((line) => line.path === path && line.status !== undefined)
      .map(({ pid }) => pid!);
  await until(() => found().length >= count);
  return found();
}

/** Workers of a service, which runs on a database of somebody else. */
function workersOf({ pid }: ChildService): number[] {
  return childrenOf(pid);
}

async function until(holds: () => boolean | Promise<boolean>, ms = 20_000): Promise<void> {
  const end = Date.now() + ms;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error('It did not come to that.');
    await sleep(20);
  }
}

/** GET on a connection of its own: the next one is answered by the next worker. */
async function get(url: string): Promise<{ status: number; body: Buffer; headers: Headers }> {
  const request = open(url, { agent: false }).end();
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const headers = new Headers(response.headers as Record<string, string>);
  return { status: response.statusCode!, body: await buffer(response), headers };
}

describe('the processes of WORKERS=2', () => {
  let child: ChildService;
  let http: Http;

  beforeAll(async () => {
    child = await startTwo({ INTERMEDIATES: 'off' });
    http = await httpTo(child.url);
  });
  afterAll(() => child.close());

  it('both answer, and their log lines tell them apart; it is said once that they listen', async () => {
    for (let count = 0; count < 10; count += 1)
      expect((await get(`${child.url}/users`)).status).toBe(200);

    const pids = new Set(await answerersOf(child, '/users', 10));
    expect([...pids].sort()).toEqual(workersOf(child).sort());
    expect(pids.size).toBe(2);
    const numbers = logOf(child).filter(({ path }) => path === '/users');
    expect(new Set(numbers.map(({ worker }) => worker))).toEqual(new Set([1, 2]));
    expect(child.output().match(/listens on/g)).toHaveLength(1);
    expect((await get(`${child.url}/health/ready`)).status).toBe(200);
  });

  it('share what is remembered of pictures: whoever answers next knows the change that was acknowledged', async () => {
    const pictures = await Promise.all([1, 2].map((shade) => aPicture({ width: 64 + shade })));
    const image = await aPhotograph(http, pictures[0]);
    const path = `${child.url}${pathTo(image, 'file')}`;
    for (let count = 0; count < 6; count += 1) await get(path);

    for (let round = 1; round <= 20; round += 1) {
      const now = pictures[round % 2]!;
      await putFile(http, image, now).expect(200);
      const read = await Promise.all([get(path), get(path), get(path), get(path)]);
      for (const { body } of read) expect(body.equals(now)).toBe(true);
    }
    expect(new Set(await answerersOf(child, pathTo(image, 'file'), 100)).size).toBe(2);
  });

  it('share work: a missing rendition that many ask for at once is made once', async () => {
    const image = await aPhotograph(http, { width: 1_600, height: 1_200 });
    const path = pathTo(image, 'file');

    for (const width of [900, 901, 902]) {
      const url = `${child.url}${path}?width=${width}&format=webp`;
      const answers = await Promise.all(Array.from({ length: 40 }, () => get(url)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(new Set(answers.map(({ body }) => body.toString('base64'))).size).toBe(1);
      const made = answers.filter(({ headers }) =>
        headers.get('server-timing')?.includes('desc=made'),
      );
      expect(made).toHaveLength(1);
    }
    expect(new Set(await answerersOf(child, path, 120)).size).toBe(2);
  });
});

describe('WORKERS=2', () => {
  it('outlives the kill of a worker: another takes its place, and nothing acknowledged is lost', async () => {
    const [child, http] = await start();
    const before = workersOf(child);
    const acknowledged: string[] = [];
    const ending = new AbortController();
    const client = async () => {
      while (!ending.signal.aborted) {
        const fields = imageFields({ image_key: unique('kept') });
        const answer = await http
          .post('/images')
          .send(fields)
          .catch(() => undefined);
        if (answer?.status === 201) acknowledged.push(String(fields.image_key));
      }
    };
    const clients = [client(), client(), client()];
    await until(() => acknowledged.length > 20);

    process.kill(before[0]!, 'SIGKILL');
    const count = acknowledged.length;
    await until(() => acknowledged.length > count + 20);
    await until(() => workersOf(child).length === 2 && !workersOf(child).includes(before[0]!));
    const [newcomer] = workersOf(child).filter((pid) => !before.includes(pid));
    await until(() => logOf(child).some(({ pid, path }) => pid === newcomer && path === '/images'));
    ending.abort();
    await Promise.all(clients);

    for (const key of acknowledged)
      expect((await http.get(pathTo({ image_key: key }))).status).toBe(200);
    expect(child.output()).toContain('A worker ended by SIGKILL');
    expect(child.output().match(/listens on/g)).toHaveLength(1);
    expect(await child.stop()).toBe(0);
  });

  it('gives up when workers die as soon as they are there: exit 1, with a sentence', async () => {
    const [child] = await start();
    const [steady] = workersOf(child);
    let kills = 0;
    const killing = (async () => {
      while (kills < CRASH_LOOP) {
        const victim = workersOf(child).find((pid) => pid !== steady);
        if (victim !== undefined) {
          process.kill(victim, 'SIGKILL');
          kills += 1;
          await until(() => !isAlive(victim));
        } else await sleep(20);
      }
    })();

    expect(await child.ended).toBe(1);
    await killing;
    expect(child.output()).toContain(
      `ended ${CRASH_LOOP} times in a row soon after it was started`,
    );
    expect(isAlive(steady!)).toBe(false);
  });
});

describe('the end of WORKERS=2', () => {
  it('at SIGTERM tells readiness, refuses, lets an upload finish, and exits with 0: nobody is left', async () => {
    const [child, http] = await start();
    const upload = await beginUpload(child, http);
    const workers = workersOf(child);

    child.signal('SIGTERM');
    await until(async () => (await get(`${child.url}/health/ready`)).status === 503, 1_000);
    expect((await get(`${child.url}/users`)).status).toBe(503);
    expect((await get(`${child.url}/users`)).status).toBe(503);
    expect((await get(`${child.url}/health/live`)).status).toBe(200);
    upload.finish();

    expect((await upload.answer).statusCode).toBe(201);
    expect(await child.ended).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('comes once when a terminal or systemd signals every process: exit 0, and an upload is finished', async () => {
    const [child, http] = await start();
    const upload = await beginUpload(child, http);
    const workers = workersOf(child);

    for (const pid of [...workers, child.pid]) process.kill(pid, 'SIGINT');
    await sleep(300);
    expect(workers.some(isAlive)).toBe(true);
    upload.finish();

    expect((await upload.answer).statusCode).toBe(201);
    expect(await child.ended).toBe(0);
    expect(workers.filter(isAlive)).toEqual([]);
  });

  it('takes the embedded PostgreSQL along, last, and also when the first process is killed', async () => {
    for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
      const dataDir = await aDataDir();
      try {
        const { child, output } = spawnMain({ WORKERS: '2', DATA_DIR: dataDir, PORT: '0' });
        await until(() => output().includes('listens on'), 60_000);
        const started = childrenOf(child.pid!);
        const all = [...started, ...started.flatMap(childrenOf)];
        expect(all.length).toBeGreaterThan(4);
        const [url] = /http:\S+/.exec(output())!;
        expect((await get(`${url}/health/ready`)).status).toBe(200);

        const exit = once(child, 'exit');
        child.kill(signal);
        const [code] = (await exit) as [number | null];
        if (signal === 'SIGTERM') expect(code).toBe(0);
        if (signal === 'SIGTERM') expect(all.filter(isAlive)).toEqual([]);
        await until(() => all.filter(isAlive).length === 0, 10_000);
      } finally {
        await rm(dataDir, { recursive: true, force: true });
      }
    }
  });
});

describe('RATE_LIMIT with WORKERS=2', () => {
  it('is that of all: both workers together answer as many as one may', async () => {
    const [child] = await start({ RATE_LIMIT: '21' });
    // The workers' own questions about the database may have taken a moment: all in the same minute.
    const answers = [];
    for (let count = 0; count < 30; count += 1) answers.push(await get(`${child.url}/users`));

    const statuses = answers.map(({ status }) => status);
    expect(statuses).toEqual([...Array<number>(21).fill(200), ...Array<number>(9).fill(429)]);
    const left = answers.map(({ headers }) => Number(headers.get('ratelimit-remaining')));
    expect(left).toEqual([
      ...Array.from({ length: 21 }, (_, used) => 20 - used),
      ...Array<number>(9).fill(0),
    ]);
    expect(new Set(await answerersOf(child, '/users', 30)).size).toBe(2);
  });
});

describe('a place for decodes that WORKERS=2 share', () => {
  let child: ChildService;
  let http: Http;

  beforeAll(async () => {
    child = await startTwo({ DECODES: '1', DECODE_QUEUE: '0', INTERMEDIATES: 'off' });
    http = await httpTo(child.url);
  });
  afterAll(() => child.close());

  it('is one of all: with one and a queue of none, one of two is refused', async () => {
    const image = await aPhotograph(http, { width: 1_600, height: 1_200 });
    const url = `${child.url}${pathTo(image, 'file')}`;

    const answers = await Promise.all(
      [1, 2, 3, 4].map((odd) => get(`${url}?width=${1_500 + odd}&format=avif`)),
    );
    const statuses = answers.map(({ status }) => status).sort();
    expect(statuses).toEqual([200, 503, 503, 503]);
    const refused = answers.find(({ status }) => status === 503)!;
    expect(JSON.parse(refused.body.toString())).toMatchObject({ title: 'Overloaded' });
    expect((await get(`${url}?width=210&format=webp`)).status).toBe(200);
    expect((await get(`${url}?width=211&format=webp`)).status).toBe(200);
  });

  it('is given back by a worker that was killed in the middle of a decode', async () => {
    const image = await aPhotograph(http, { width: 1_600, height: 1_200 });
    const url = `${child.url}${pathTo(image, 'file')}`;
    let width = 10;
    let isHolding = false;
    const hold = async () => {
      isHolding = true;
      await get(`${url}?width=1600&height=${1_200 - (width += 1)}&fit=fill&format=avif`).catch(
        () => undefined,
      );
      isHolding = false;
    };
    let lost = hold();
    // Each is another one: what was made is there, and takes no place.
    await until(async () => {
      // A small one may have come before it, or it may be done already.
      if (!isHolding) lost = hold();
      return (await get(`${url}?width=${(width += 1)}`)).status === 503 && isHolding;
    });
    for (const pid of workersOf(child)) process.kill(pid, 'SIGKILL');
    await lost;

    await until(async () => {
      const answer = await get(`${url}?width=${(width += 1)}`).catch(() => undefined);
      return answer?.status === 200;
    });
  });
});

describe('the start of WORKERS', () => {
  it('says once what is wrong with the settings', async () => {
    const { child, output } = spawnMain({ WORKERS: '2', PORT: 'x', TRASH_DAYS: '-1' });
    const [code] = (await once(child, 'exit')) as [number];

    expect(code).toBe(1);
    expect(output()).toBe(
      'The settings are not valid:\n  PORT must be a whole number\n  TRASH_DAYS must not be less than 0\n',
    );
  });

  it('says once that another program listens there already, and takes its database along', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const dataDir = await aDataDir();
    try {
      const settings = { WORKERS: '2', PORT: String(port), DATA_DIR: dataDir };
      const { child, output } = spawnMain(settings);
      const [code] = (await once(child, 'exit')) as [number];

      expect(code).toBe(1);
      expect(output().match(/cannot listen there/g)).toHaveLength(1);
      expect(output()).not.toContain('listens on');
    } finally {
      other.close();
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('waits for a database that is not there: live, and not ready', async () => {
    const [child] = await start({ DATABASE_URL: 'postgresql://nobody@127.0.0.1:9/none' });

    expect((await get(`${child.url}/health/live`)).status).toBe(200);
    const ready = await get(`${child.url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(JSON.parse(ready.body.toString())).toMatchObject({ failing: ['database'] });
    expect(child.output()).toContain('which cannot be used yet: trying again');
    expect(await child.stop()).toBe(0);
  });
});

/** One that PostgreSQL may pass through, which does not run as root: else it would keep its data elsewhere. */
async function aDataDir(): Promise<string> {
  const dataDir = await mkdtemp(join(tmpdir(), 'loupe-workers-'));
  await chmod(dataDir, 0o711);
  return dataDir;
}

/** The compiled service with these settings and no others. */
function spawnMain(settings: Record<string, string>): {
  child: ChildProcess;
  output: () => string;
} {
  const env = { PATH: process.env.PATH, LOG_LEVEL: 'silent', ...settings };
  const child = spawn(process.execPath, [MAIN], { cwd: tmpdir(), env, stdio: 'pipe' });
  const written: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => written.push(chunk));
  return { child, output: () => Buffer.concat(written).toString() };
}

/** A PUT of which half has been sent, on its way to be answered. */
async function beginUpload(
  child: ChildService,
  http: Http,
): Promise<{ finish: () => ClientRequest; answer: Promise<IncomingMessage> }> {
  const picture = await aPicture();
  const image = await anImage(http);
  const request = open(`${child.url}${pathTo(image, 'file')}`, {
    method: 'PUT',
    headers: { 'Content-Length': picture.length, 'Content-Type': 'image/jpeg' },
    agent: false,
  });
  const answer = once(request, 'response').then(([response]) => response as IncomingMessage);
  answer.catch(() => undefined);
  const half = Math.floor(picture.length / 2);
  request.write(picture.subarray(0, half));
  // Until the service has begun to read.
  await sleep(200);
  return { finish: () => request.end(picture.subarray(half)), answer };
}
