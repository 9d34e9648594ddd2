import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { type Contract, contractAt } from '../helpers/contract.js';
import { formOf, FORM_TYPE } from '../helpers/forms.js';
import { hostileBytes } from '../helpers/fuzz/hostile-requests.js';
import { Judge, reproduction } from '../helpers/fuzz/judge.js';
import { drawSamples, mutants, mutated } from '../helpers/fuzz/picture-mutations.js';
import { exchangeBytes } from '../helpers/fuzz/raw-exchange.js';
import { bytesOf, type Request, requestsFor } from '../helpers/fuzz/requests.js';
import { KNOWN } from '../helpers/fuzz/schema-values.js';

/** `npm run fuzz` sets these; here a bounded run is enough. */
const REQUESTS = Number(process.env.FUZZ_REQUESTS ?? 500);
const PICTURES = Number(process.env.FUZZ_PICTURES ?? 300);
const SEED = Number(process.env.FUZZ_SEED ?? Date.now() % 1_000_000_000);
/** Of each: what one client at a time makes must not overload the service. */
const MOST_OVERLOADS = 0.001;
const RESTOCK_EVERY = 40;
const SHARE_OF_HOSTILE = 0.25;
const HOUR_MS = 3_600_000;

let service: ChildService;
let contract: Contract;
let samples: Buffer[];
let judge: Judge;

beforeAll(async () => {
  // Connections that send half of what they said are given up sooner.
  service = await startChild({ UPLOAD_IDLE_TIMEOUT_MS: '5000' });
  contract = (await contractAt(service.url))!;
  samples = await drawSamples();
  console.log(`FUZZ_SEED=${SEED}`);
});
afterAll(() => service.close());
afterEach(async () => {
  expect((await fetch(`${service.url}/health/ready`)).status).toBe(200);
  console.log(
    `answers: ${[...judge.counts]
      .sort()
      .map((pair) => pair.join(' × '))
      .join(', ')}`,
  );
});

describe('whatever comes', () => {
  it(
    'is answered as documented and never with a 5xx: requests for every operation, valid and almost valid',
    async () => {
      judge = new Judge(contract);
      const small = samples.filter((sample) => sample.length < 2_000);
      let count = 0;
      await check(requestsFor(contract.document, small), REQUESTS, bytesOf, async (request) => {
        if (count++ % RESTOCK_EVERY === 0) await restock();
        judge.honest(request, await sent(request));
      });
    },
    HOUR_MS,
  );

  it(
    'is answered or hung up on, and never with a 5xx: bytes that no client should send',
    async () => {
      judge = new Judge(contract);
      const runs = Math.ceil(REQUESTS * SHARE_OF_HOSTILE);
      const bytes = hostileBytes(requestsFor(contract.document, samples.slice(0, 2)));
      await check(
        bytes,
        runs,
        (it) => it,
        async (it) => {
          judge.hostile(
            await exchangeBytes(service.url, it, { ends: true, hasNoBody: isHead(it) }),
          );
        },
      );
    },
    HOUR_MS,
  );

  it(
    'is kept byte for byte and rendered, or refused with a 4xx: pictures of every format, mutated',
    async () => {
      judge = new Judge(contract);
      let count = 0;
      const way = fc.record({ mutant: mutants(samples), isForm: fc.boolean() });
      const bytes = (it: { mutant: Parameters<typeof mutated>[0]; isForm: boolean }) =>
        bytesOf(uploadOf(mutated(it.mutant, samples), it.isForm, `picture-${count}`));
      await check(way, PICTURES, bytes, async ({ mutant, isForm }) => {
        const file = mutated(mutant, samples);
        count += 1;
        const upload = uploadOf(file, isForm, `picture-${count}`);
        if (!isForm) await createRecord(`picture-${count}`);
        const answer = judge.honest(upload, await sent(upload));
        expect([200, 201, 400, 413, 415, 422, 503]).toContain(answer.status);
        if (answer.status < 300) await expectServed(`picture-${count}`, file);
        await sent(request('DELETE', `/images/picture-${count}?purge=true`));
      });
    },
    HOUR_MS,
  );
});

/** Runs a property, and shows a failure as bytes that can be sent again. */
async function check<T>(
  arbitrary: fc.Arbitrary<T>,
  numRuns: number,
  bytes: (value: T) => Buffer,
  act: (value: T) => Promise<void>,
): Promise<void> {
  const property = fc.asyncProperty(arbitrary, act);
  const run = await fc.check(property, { numRuns, seed: SEED, maxSkipsPerRun: 0 });
  if (run.failed) {
    const [value] = run.counterexample!;
    const { errorInstance } = run as { errorInstance?: unknown };
    throw new Error(
      `FUZZ_SEED=${SEED}, run ${run.numRuns}, shrunk ${run.numShrinks} times: ${String(errorInstance)}\n\n` +
        reproduction(service.url, bytes(value)),
    );
  }
  expect(run.numRuns).toBe(numRuns);
  expect(judge.overloads).toBeLessThanOrEqual(Math.ceil(numRuns * MOST_OVERLOADS));
}

function sent(it: Request) {
  return exchangeBytes(service.url, bytesOf(it), { ends: false, hasNoBody: it.method === 'HEAD' });
}

function isHead(bytes: Buffer): boolean {
  return bytes.toString('latin1', 0, 4) === 'HEAD';
}

function request(
  method: string,
  target: string,
  type?: string,
  body: Buffer = Buffer.alloc(0),
): Request {
  return { method, target, headers: type ? [['Content-Type', type]] : [], body };
}

/** Requests about things that are not there are all alike: what others have removed is put back. */
async function restock(): Promise<void> {
  for (const id of KNOWN) {
    const made = [
      ['/users', { id, first_name: 'Ada', last_name: 'Byron' }],
      ['/locations', { id, address: '1', town: 'Leeds', country: 'UK' }],
      [
        '/images',
        { ...recordOf(id), annotations: [{ instrument: 'clamp' }, { instrument: 'clamp' }] },
      ],
    ] as const;
    for (const [path, body] of made)
      await sent(request('POST', path, 'application/json', Buffer.from(JSON.stringify(body))));
    const file = `/images/${encodeURIComponent(id)}/file`;
    await sent(request('PUT', file, 'image/jpeg', samples[0]));
  }
}

async function createRecord(key: string): Promise<void> {
  const body = Buffer.from(JSON.stringify(recordOf(key)));
  const outcome = await sent(request('POST', '/images', 'application/json', body));
  expect(outcome).toMatchObject({ status: 201 });
}

function uploadOf(file: Buffer, isForm: boolean, key: string): Request {
  if (!isForm) return request('PUT', `/images/${key}/file`, 'application/octet-stream', file);
  const metadata = {
    name: 'metadata',
    body: JSON.stringify(recordOf(key)),
    type: 'application/json',
  };
  return request(
    'POST',
    '/images',
    FORM_TYPE,
    formOf(metadata, { name: 'file', body: file, fileName: 'a' }),
  );
}

function recordOf(key: string) {
  return { image_key: key, client_id: 'fuzz', created_at: '2026-03-01T08:30:00Z' };
}

async function rendition(key: string, scale: number) {
  const question = request('GET', `/images/${key}/file?scale=${scale}`);
  return judge.honest(question, await sent(question));
}

function problemOf({ body }: { body: Buffer }): { type: string; largest_scale: number } {
  const problem = JSON.parse(body.toString('utf8')) as { type: string; largest_scale: number };
  expect(problem.type).toBe('/problems/scale-too-large');
  return problem;
}

/** What was taken can be looked at: its very bytes, and made smaller. */
async function expectServed(key: string, file: Buffer): Promise<void> {
  const original = request('GET', `/images/${key}/file`);
  const { body } = judge.honest(original, await sent(original));
  expect(body.equals(file)).toBe(true);
  let answer = await rendition(key, 0.5);
  // A size that was mutated may be so long that half of it is still too long; then the answer says what is not.
  if (answer.status === 400) answer = await rendition(key, problemOf(answer).largest_scale);
  expect({ status: answer.status, body: answer.status === 200 ? '' : String(answer.body) }).toEqual(
    { status: 200, body: '' },
  );
}
