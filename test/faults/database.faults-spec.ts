import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import type { Response } from 'supertest';
import {
  connectionsOf,
  eventually,
  expectUnavailable,
  type FaultyDatabase,
  MOST_CONNECTIONS,
  POOL_SIZE,
  startOnFaultyDatabase,
  timed,
  untilReady,
} from '../helpers/faulty-database.js';
import { expectProblem } from '../helpers/problems.js';
import { imageFields, pathTo, userFields } from '../helpers/records.js';
import { aPicture, postForm } from '../helpers/uploads.js';

/** Sockets of requests that are just being closed, and the like. */
const FEW_DESCRIPTORS = 6;

let faulty: FaultyDatabase;
let http: FaultyDatabase['http'];
let picture: Buffer;
let descriptorsAtRest: number;

beforeAll(async () => {
  faulty = await startOnFaultyDatabase();
  http = faulty.http;
  picture = await aPicture();
  await Promise.all(everyKindOfRequest());
  descriptorsAtRest = await faulty.service.descriptors();
});
afterAll(() => faulty.close());

/** Reads and writes, in and out of transactions, with and without a file: more of them than connections. */
function everyKindOfRequest() {
  return [
    http.get('/users'),
    http.get('/images'),
    http.get('/images?count=exact'),
    http.get('/instruments'),
    http.post('/users').send(userFields()),
    http.post('/images').send(imageFields()),
    postForm(http, picture),
  ];
}

/** The process lives, everything works, and nothing is left open. */
async function expectRecovery(withinMs: number, connections = MOST_CONNECTIONS): Promise<void> {
  expect(await untilReady(faulty.service.url)).toBeLessThan(withinMs);
  const answers = await Promise.all(everyKindOfRequest());
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 201, 201]);
  await eventually(() => connectionsOf(faulty.postgres), connections);
  await eventually(() => faulty.service.descriptors(), descriptorsAtRest + FEW_DESCRIPTORS);
}

async function expectAlive(): Promise<void> {
  const answer = await timed(http.get('/health/live'));
  expect(answer.status).toBe(200);
  expect(answer.ms).toBeLessThan(1_000);
}

interface Fault {
  begin: () => unknown;
  end: () => unknown;
  readyWithinMs: number;
  /** Most that the server knows of afterwards. */
  connections?: number;
}

const FAULTS: [string, Fault][] = [
  [
    'is shut down',
    {
      begin: () => faulty.postgres.stop(),
      end: () => faulty.postgres.startAgain(),
      readyWithinMs: 2_000,
    },
  ],
  [
    'is killed with -9',
    {
      begin: () => faulty.postgres.kill(),
      end: () => faulty.postgres.startAgain(),
      readyWithinMs: 2_000,
    },
  ],
  [
    'is stopped with SIGSTOP',
    {
      begin: () => faulty.postgres.suspend(),
      end: () => faulty.postgres.resume(),
      readyWithinMs: 2_000,
    },
  ],
  [
    'is behind a network that swallows everything',
    {
      begin: () => faulty.network.swallow(),
      end: () => faulty.network.heal(),
      readyWithinMs: 5_000,
      // It has not heard of the end of those that were idle, and closes them a minute later.
      connections: 2 * MOST_CONNECTIONS,
    },
  ],
  [
    'refuses connections and breaks those it has',
    {
      begin: () => {
        faulty.network.refuse();
        faulty.network.reset();
      },
      end: () => faulty.network.heal(),
      readyWithinMs: 2_000,
    },
  ],
];

describe('a database that goes away', () => {
  it.each(FAULTS)(
    'and %s makes requests 503 within 5 s, and is back soon after it is',
    async (_what, { begin, end, readyWithinMs, connections }) => {
      await begin();
      try {
        const requests = [...everyKindOfRequest(), ...everyKindOfRequest()].map(timed);
        const readiness = timed(http.get('/health/ready'));
        await expectAlive();

        const unready = await readiness;
        expectProblem(unready, 503, 'not-ready');
        expect(unready.body.failing).toEqual(['database']);
        expect(unready.ms).toBeLessThan(2_500);
        for (const answer of await Promise.all(requests)) expectUnavailable(answer);
        await expectAlive();
      } finally {
        await end();
      }
      await expectRecovery(readyWithinMs, connections);
    },
  );

  it('in the middle of requests answers 200, 201 or 503 and nothing else, restart after restart', async () => {
    const answers: (Response & { ms: number })[] = [];
    let isOver = false;
    const client = async () => {
      while (!isOver) answers.push(...(await Promise.all(everyKindOfRequest().map(timed))));
    };
    const clients = [client(), client()];
    for (const fault of [
      () => faulty.postgres.kill(),
      () => faulty.postgres.stop(),
      async () => {
        faulty.network.reset();
        await faulty.postgres.stop();
      },
    ]) {
      await sleep(400);
      await fault();
      await faulty.postgres.startAgain();
      await untilReady(faulty.service.url);
    }
    isOver = true;
    await Promise.all(clients);

    const failed = answers.filter(({ status }) => status !== 200 && status !== 201);
    expect(failed.length).toBeGreaterThan(0);
    for (const answer of failed) expectUnavailable(answer);
    await expectRecovery(2_000);
  });
});

describe('a pool of which every connection is busy', () => {
  it('makes requests 503 within 5 s, while the service stays ready', async () => {
    const outsider = new pg.Client({ connectionString: faulty.postgres.url('loupe') });
    await outsider.connect();
    try {
      await outsider.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
      const requests = Array.from({ length: 6 * POOL_SIZE }, () => timed(http.get('/users')));
      await sleep(200);

      expect((await http.get('/health/ready')).status).toBe(200);
      for (const answer of await Promise.all(requests)) expectUnavailable(answer);
    } finally {
      await outsider.end();
    }
    await expectRecovery(2_000);
  });
});

describe('a connection that breaks', () => {
  /** What the database has of an image, past the service. */
  const isStored = async (key: unknown) =>
    (await faulty.postgres.query(`SELECT FROM images WHERE image_key = '${String(key)}'`, 'loupe'))
      .length === 1;

  it('in the middle of a transaction leaves nothing of it', async () => {
    const fields = imageFields();
    faulty.network.inspect = (bytes) => (bytes.includes('INSERT INTO "images"') ? 'reset' : 'pass');
    expectUnavailable(await timed(postForm(http, picture, fields)));
    faulty.network.heal();

    expect(await isStored(fields.image_key)).toBe(false);
    expect((await postForm(http, picture, fields)).status).toBe(201);
    await expectRecovery(2_000);
  });

  it('before COMMIT arrives leaves nothing, and the request can be repeated', async () => {
    const fields = imageFields();
    faulty.network.inspect = (bytes) => (bytes.includes('COMMIT') ? 'reset' : 'pass');
    expectUnavailable(await timed(postForm(http, picture, fields)));
    faulty.network.heal();

    expect(await isStored(fields.image_key)).toBe(false);
    expect((await postForm(http, picture, fields)).status).toBe(201);
    await expectRecovery(2_000);
  });

  it('before the answer to COMMIT leaves all of it, file included', async () => {
    const fields = imageFields();
    faulty.network.inspect = (bytes) => (bytes.includes('COMMIT') ? 'reset-behind' : 'pass');
    expectUnavailable(await timed(postForm(http, picture, fields)));
    faulty.network.heal();

    expect(await isStored(fields.image_key)).toBe(true);
    const file = await http.get(pathTo(fields as { image_key: string }, 'file')).buffer();
    expect(file.body).toEqual(picture);
    expect((await postForm(http, picture, fields)).status).toBe(200);
    await expectRecovery(2_000);
  });

  it('while COMMIT is still on its way keeps the file for the row that appears later', async () => {
    const fields = imageFields();
    faulty.network.inspect = (bytes) => (bytes.includes('COMMIT') ? 'reset-before' : 'pass');
    expectUnavailable(await timed(postForm(http, picture, fields)));
    expect(await isStored(fields.image_key)).toBe(false);

    await eventually(async () => ((await isStored(fields.image_key)) ? 0 : 1), 0);
    faulty.network.heal();
    const file = await http.get(pathTo(fields as { image_key: string }, 'file')).buffer();
    expect(file.body).toEqual(picture);
    await expectRecovery(2_000);
  });

  it('without the server hearing of it holds no lock for longer than the deadline', async () => {
    const { body: user } = await http.post('/users').send(userFields());
    const path = `/users/${user.id}`;
    faulty.network.inspect = (bytes) => {
      if (bytes.includes('UPDATE "users"')) faulty.network.swallow();
      return 'pass';
    };
    expectUnavailable(await timed(http.patch(path).set('If-Match', '*').send({ role: 'nurse' })));
    faulty.network.heal();
    await untilReady(faulty.service.url);

    const change = () => http.patch(path).set('If-Match', '*').send({ role: 'surgeon' });
    await eventually(async () => (await change()).status, 200);
    await expectRecovery(2_000, 3 * MOST_CONNECTIONS);
  });
});

describe('a slow network', () => {
  it('is no fault as long as everything comes in time', async () => {
    faulty.network.latencyMs = 40;
    try {
      const answers = await Promise.all(everyKindOfRequest());
      expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 201, 201, 201]);
      expect((await http.get('/health/ready')).status).toBe(200);
    } finally {
      faulty.network.heal();
    }
  });

  it('is one deadline for all statements of a request together', async () => {
    // One statement takes 2.4 s, and a transaction has more than one.
    faulty.network.latencyMs = 1_200;
    try {
      const answers = everyKindOfRequest().slice(4).map(timed);
      for (const answer of await Promise.all(answers)) expectUnavailable(answer);
    } finally {
      faulty.network.heal();
    }
    await expectRecovery(5_000, 3 * MOST_CONNECTIONS);
  });
});
