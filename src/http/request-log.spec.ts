import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type Request } from 'express';
import { once } from 'node:events';
import type { Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { pino } from 'pino';
import supertest from 'supertest';
import { requestLog } from './request-log.js';

let servers: Server[] = [];

describe('the request log', () => {
  afterEach(() => {
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
    servers = [];
  });

  it('has who, what, from where and how it ended, in one line', async () => {
    const { http, lines } = await aService();
    const { headers } = await http
      .get('/images/tray-7%2Ffront/file?signature=secret&scale=2')
      .set('Authorization', 'Bearer secret')
      .set('Cookie', 'a=secret');
    expect(lines).toEqual([
      {
        level: 'info',
        request_id: headers['x-request-id'],
        caller: 'api-key:ada',
        method: 'GET',
        route: '/images/:image_key/file',
        path: '/images/tray-7%2Ffront/file',
        status: 200,
        time_ms: expect.any(Number),
        bytes: 5,
        remote_address: '127.0.0.1',
        msg: 'request completed',
      },
    ]);
  });

  it('has no signature, either, that stands in a path', async () => {
    const { http, lines } = await aService();
    await http.get(`/iiif/3/~1795450000.c3Q.${'secret-'.repeat(6)}x~tray/info.json`);
    expect(lines).toMatchObject([{ path: '/iiif/3/~tray/info.json' }]);
  });

  it('calls a request as a trusted proxy does, and knows where it came from', async () => {
    const { http, lines } = await aService({ proxies: ['loopback'] });
    const ask = http.get('/status/200').set('X-Forwarded-For', '10.9.9.9, 192.0.2.7');
    const { headers } = await ask.set('X-Request-Id', 'proxy-1');
    expect(headers['x-request-id']).toBe('proxy-1');
    expect(lines).toMatchObject([{ request_id: 'proxy-1', remote_address: '192.0.2.7' }]);
  });

  it('believes nobody else', async () => {
    const { http, lines } = await aService();
    const ask = http.get('/status/200').set('X-Forwarded-For', '192.0.2.7');
    await ask.set('X-Request-Id', 'proxy-1');
    expect(lines).toMatchObject([
      { request_id: expect.stringMatching(/^[0-9a-f-]{36}$/), remote_address: '127.0.0.1' },
    ]);
  });

  it.each([
    ['/status/404', 'info'],
    ['/status/401', 'warn'],
    ['/status/403', 'warn'],
    ['/status/429', 'warn'],
    ['/status/503', 'error'],
    ['/health/live', 'debug'],
  ])('tells %s at level %s', async (path, level) => {
    const { http, lines } = await aService();
    await http.get(path);
    expect(lines).toMatchObject([{ level }]);
  });

  it('knows no route where there is none', async () => {
    const { http, lines } = await aService();
    await http.get('/nowhere?secret');
    expect(lines).toMatchObject([{ route: null, path: '/nowhere', status: 404, caller: null }]);
  });

  it('tells an answer that nobody waited for from a complete one', async () => {
    const { lines, server } = await aService();
    const socket = connect((server.address() as AddressInfo).port);
    socket.write('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n');
    await once(socket, 'data');
    socket.destroy();
    while (lines.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(lines).toMatchObject([{ route: '/slow', msg: 'request aborted' }]);
  });

  it.each([
    ['an absolute address', 'http://ada:secret@localhost/status/200?secret', '/status/200'],
    ['a long one', `/${'a'.repeat(2_000)}`, `/${'a'.repeat(511)}`],
  ])('keeps of %s no more than the path', async (_what, target, path) => {
    const { lines, server } = await aService();
    const socket = connect((server.address() as AddressInfo).port);
    socket.end(`GET ${target} HTTP/1.1\r\nHost: a\r\n\r\n`);
    await once(socket.resume(), 'close');
    expect(lines).toMatchObject([{ path }]);
  });
});

async function aService({ proxies = [] }: { proxies?: string[] } = {}) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino(
    {
      level: 'debug',
      base: undefined,
      timestamp: false,
      formatters: { level: (label) => ({ level: label }) },
    },
    { write: (line) => lines.push(JSON.parse(line) as Record<string, unknown>) },
  );
  const app = express();
  app.set('trust proxy', proxies);
  app.use(requestLog(logger));
  app.get('/images/:image_key/file', (request: Request & { caller?: object }, response) => {
    request.caller = { name: 'api-key:ada' };
    response.send('image');
  });
  app.get('/status/:status', (request, response) => {
    response.status(Number(request.params.status)).end();
  });
  app.get('/health/live', (_request, response) => {
    response.end();
  });
  app.get('/slow', (_request, response) => {
    response.write('the beginning');
  });
  const server = app.listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { http: supertest(server), lines, server };
}
