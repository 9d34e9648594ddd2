import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request as open, type IncomingMessage } from 'node:http';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Http, httpTo } from '../helpers/app.js';
import { type ChildService, startChild } from '../helpers/child-service.js';
import { type Exposition, parseExposition } from '../helpers/prometheus.js';
import { childrenOf } from '../helpers/processes.js';
import { pathTo } from '../helpers/records.js';
import { aPhotograph, type Photograph } from '../helpers/uploads.js';

const DURATIONS = 'http_server_request_duration_seconds';
const TOKEN = 'prometheus-only-0123456789';

let service: ChildService;
let http: Http;

async function start(settings: Record<string, string>): Promise<void> {
  service = await startChild({ METRICS_PORT: '0', ...settings });
  http = await httpTo(service.url);
}

/** Where the service says that metrics are. */
function addressOfMetrics(): string {
  return /^ {2}metrics +(http:\S+)$/m.exec(service.output())![1]!;
}

async function scrape(): Promise<Exposition> {
  const answer = await fetch(addressOfMetrics());
  expect(answer.status).toBe(200);
  return parseExposition(await answer.text());
}

/** How many requests were answered so. */
function counted(metrics: Exposition, method: string, route: string, status: number): number {
  const labels = {
    http_request_method: method,
    http_route: route,
    http_response_status_code: String(status),
  };
  return metrics.sum(`${DURATIONS}_count`, labels) ?? 0;
}

/** Until a scrape is as it should be, since an answer is noted when its last byte has left. */
async function scrapeUntil(holds: (metrics: Exposition) => boolean): Promise<Exposition> {
  for (let attempts = 0; attempts < 100; attempts += 1) {
    const metrics = await scrape();
    if (holds(metrics)) return metrics;
    await sleep(50);
  }
  throw new Error('It did not come to that.');
}

describe('GET /metrics', () => {
  let photograph: Photograph;

  beforeAll(async () => {
    await start({ INTERMEDIATES: 'off' });
    photograph = await aPhotograph(http, { width: 200, height: 100 });
  });
  afterAll(() => service.close());

  it('is in the text format of Prometheus, and nobody keeps it', async () => {
    const answer = await fetch(addressOfMetrics());

    expect(answer.headers.get('content-type')).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const { types } = parseExposition(await answer.text());
    expect(types.get(DURATIONS)).toBe('histogram');
    expect(types.get('loupe_rendition_cache_hits_total')).toBe('counter');
    expect(types.get('loupe_decodes_running')).toBe('gauge');
  });

  it('stays away from the API', async () => {
    expect((await http.get('/metrics')).status).toBe(404);
    expect((await fetch(new URL('/images', addressOfMetrics()))).status).toBe(404);
    const post = await fetch(addressOfMetrics(), { method: 'POST' });
    expect([post.status, post.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
    const head = await fetch(addressOfMetrics(), { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  it('counts requests by the template of their route, their method and their status', async () => {
    const before = await scrape();
    for (let count = 0; count < 3; count += 1) await http.get(pathTo(photograph));
    await http.get('/images/there-is-no-such-image');
    await http.post('/users').send({ id: 7 });
    await http.get('/no/such/route');

    const more = (metrics: Exposition, method: string, route: string, status: number) =>
      counted(metrics, method, route, status) - counted(before, method, route, status);
    const after = await scrapeUntil((metrics) => more(metrics, 'GET', '', 404) === 1);

    expect(more(after, 'GET', '/images/:image_key', 200)).toBe(3);
    expect(more(after, 'GET', '/images/:image_key', 404)).toBe(1);
    expect(more(after, 'POST', '/users', 400)).toBe(1);
    const all = after.sum(`${DURATIONS}_count`)! - before.sum(`${DURATIONS}_count`)!;
    expect(all).toBe(6);
    expect(after.samples.some(({ labels }) => JSON.stringify(labels).includes('no-such'))).toBe(
      false,
    );
  });

  it('counts what is answered ahead of the router, once each', async () => {
    const route = '/images/:image_key/file';
    const file = `${pathTo(photograph, 'file')}?width=50`;
    const before = await scrape();
    for (let count = 0; count < 10; count += 1) {
      const { headers } = await http.get(file);
      await http.get(file).set('If-None-Match', headers.etag!);
    }
    for (let count = 0; count < 10; count += 1) await http.get(pathTo(photograph, 'annotations'));

    const of = (metrics: Exposition) => [
      counted(metrics, 'GET', route, 200) - counted(before, 'GET', route, 200),
      counted(metrics, 'GET', route, 304) - counted(before, 'GET', route, 304),
      counted(metrics, 'GET', '/images/:image_key/annotations', 200),
    ];
    const after = await scrapeUntil((metrics) => of(metrics)[2] === 10);
    expect(of(after)).toEqual([10, 10, 10]);
  });

  it('says whose client left before the answer', async () => {
    const abandoned = open(`${service.url}${pathTo(photograph, 'file')}`, {
      method: 'PUT',
      headers: { 'Content-Type': 'application/octet-stream', 'Content-Length': 1_000 },
    });
    abandoned.on('error', () => undefined);
    abandoned.write('half of it');
    await scrapeUntil((metrics) => metrics.sum('http_server_active_requests') === 1);
    abandoned.destroy();

    const after = await scrapeUntil(
      (metrics) => counted(metrics, 'PUT', '/images/:image_key/file', 499) === 1,
    );
    expect(after.sum('http_server_active_requests')).toBe(0);
  });

  it('tells methods apart that the service knows, and no others', async () => {
    const odd = open(`${service.url}/images`, { method: 'PROPFIND' }).end();
    ((await once(odd, 'response')) as [IncomingMessage])[0].resume();

    await scrapeUntil((metrics) => counted(metrics, '_OTHER', '', 404) === 1);
  });

  it('counts what the cache of renditions had, and what was made', async () => {
    const file = `${pathTo(photograph, 'file')}?width=77`;
    const before = await scrape();
    await http.get(file);
    await http.get(file);
    await http.get(file);
    const after = await scrapeUntil((metrics) => metrics.sum('loupe_decodes_running') === 0);

    const more = (what: string) =>
      after.sum(`loupe_rendition_cache_${what}_total`)! -
      before.sum(`loupe_rendition_cache_${what}_total`)!;
    expect([more('made'), more('misses')]).toEqual([1, 1]);
    expect(more('hits')).toBeGreaterThanOrEqual(2);
    expect(after.sum('loupe_rendition_cache_budget_bytes')).toBe(2_147_483_648);
    expect(after.sum('loupe_decodes_waiting')).toBe(0);
  });

  it('knows the connections to PostgreSQL, the event loop and which version it is', async () => {
    const metrics = await scrape();

    const connections = metrics.samples.filter(({ name }) => name === 'loupe_database_connections');
    expect(connections.map(({ labels }) => labels.state).sort()).toEqual(['busy', 'idle']);
    expect(metrics.sum('loupe_database_connections')).toBeGreaterThan(0);
    expect(metrics.sum('loupe_database_waiting')).toBe(0);
    expect(metrics.sum('nodejs_eventloop_lag_p99_seconds')).toBeGreaterThan(0);
    expect(metrics.sum('process_resident_memory_bytes')).toBeGreaterThan(50_000_000);
    const [info] = metrics.samples.filter(({ name }) => name === 'loupe_info');
    expect(info!.labels.version).toMatch(/^\d+\.\d+\.\d+/);
  });
});

describe('METRICS_TOKEN', () => {
  beforeAll(() => start({ METRICS_TOKEN: TOKEN }));
  afterAll(() => service.close());

  const asked = (authorization?: string) =>
    fetch(addressOfMetrics(), authorization ? { headers: { authorization } } : {});

  it.each([
    ['nothing', undefined],
    ['another one', `Bearer ${TOKEN}x`],
    ['another scheme', `Basic ${TOKEN}`],
  ])('lets nobody in who sends %s', async (_what, authorization) => {
    const answer = await asked(authorization);

    expect([answer.status, answer.headers.get('www-authenticate')]).toEqual([401, 'Bearer']);
    expect(await answer.text()).not.toContain('loupe_');
  });

  it('lets its bearer in, and is told to nobody', async () => {
    expect((await asked(`Bearer ${TOKEN}`)).status).toBe(200);
    expect(service.output()).not.toContain(TOKEN);
  });
});

describe('METRICS_PORT', () => {
  it('unset, nothing else listens', async () => {
    service = await startChild();
    try {
      expect(service.output()).not.toContain('metrics');
    } finally {
      await service.close();
    }
  });

  it.each(['1', '2'])('taken by somebody else ends a start with WORKERS=%s', async (WORKERS) => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const DATA_DIR = await mkdtemp(join(tmpdir(), 'loupe-metrics-'));
    // It would wait for this database; it ends before.
    const DATABASE_URL = 'postgresql://loupe:nobody@127.0.0.1:1/loupe';
    const settings = { WORKERS, METRICS_PORT: String(port), PORT: '0', DATA_DIR, DATABASE_URL };
    try {
      const main = join(process.cwd(), 'dist/src/main.js');
      const { status, stderr } = spawnSync(process.execPath, [main], {
        cwd: DATA_DIR,
        env: { PATH: process.env.PATH, LOG_LEVEL: 'silent', ...settings },
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(status).toBe(1);
      expect(stderr).toContain(`EADDRINUSE: address already in use 127.0.0.1:${port}. Choose`);
      expect(stderr).toContain('METRICS_HOST and METRICS_PORT');
    } finally {
      other.close();
      await rm(DATA_DIR, { recursive: true, force: true });
    }
  });
});

describe('GET /metrics with WORKERS=2', () => {
  beforeAll(() => start({ WORKERS: '2' }));
  afterAll(() => service.close());

  const users = (metrics: Exposition, worker?: string) =>
    metrics.sum(`${DURATIONS}_count`, { http_route: '/users', ...(worker && { worker }) }) ?? 0;
  // On a connection of its own: the next one is answered by the next worker.
  const getUsers = async () => {
    const request = open(`${service.url}/users`, { agent: false }).end();
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    response.resume();
    await once(response, 'end');
  };

  it('has the numbers of both, apart, and of the process that has them', async () => {
    for (let count = 0; count < 10; count += 1) await getUsers();
    const metrics = await scrapeUntil((found) => users(found) === 10);

    expect([users(metrics, '1'), users(metrics, '2')]).toEqual([5, 5]);
    expect(metrics.sum('loupe_workers')).toBe(2);
    const owners = new Set(metrics.samples.map(({ labels }) => labels.worker));
    expect([...owners].sort()).toEqual(['1', '2', 'primary']);
    expect(metrics.sum('process_resident_memory_bytes', { worker: 'primary' })).toBeGreaterThan(0);
    expect(metrics.sum('loupe_decodes_running')).toBe(0);
  });

  it('has numbers only, also when it was asked a moment before', async () => {
    await scrape();
    const { samples } = await scrape();

    expect(samples.filter(({ value }) => !Number.isFinite(value))).toEqual([]);
  });

  it('gives all who ask at the same time the same', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, () => scrape()));

    for (const metrics of all) expect(metrics.sum('loupe_workers')).toBe(2);
  });

  it('answers without a worker that hangs, and with it again', async () => {
    const metrics = await scrape();
    const uptimes = metrics.samples.filter(({ name }) => name === 'process_start_time_seconds');
    expect(uptimes).toHaveLength(3);
    const [worker] = childrenOf(service.pid);
    process.kill(worker!, 'SIGSTOP');
    try {
      expect((await scrape()).sum('loupe_workers')).toBe(1);
      expect((await scrape()).sum('loupe_workers')).toBe(1);
    } finally {
      process.kill(worker!, 'SIGCONT');
    }
    await scrapeUntil((found) => found.sum('loupe_workers') === 2);
  });

  it('begins anew for a worker that was replaced, without the numbers of the other', async () => {
    const before = await scrape();
    const [worker] = childrenOf(service.pid);
    process.kill(worker!, 'SIGKILL');
    const starts = (metrics: Exposition) =>
      metrics.samples
        .filter(({ name }) => name === 'process_start_time_seconds')
        .map(({ value }) => value);

    const after = await scrapeUntil(
      (found) =>
        found.sum('loupe_workers') === 2 &&
        starts(found).filter((time) => !starts(before).includes(time)).length === 1,
    );
    expect(users(after)).toBe(5);
  });
});
