import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

// nginx with a few lines of configuration, for as long as this process lives; or what is missing for it.

const PROGRAMS = ['/usr/sbin/nginx', '/usr/local/sbin/nginx', '/usr/bin/nginx'];
const MODULES = ['/usr/lib/nginx/modules', '/usr/lib64/nginx/modules', '/usr/local/nginx/modules'];
const START_MS = 10_000;

/**
 * @typedef {object} Order
 * @property {string} directory for its files; made if it is not there
 * @property {number} workers
 * @property {string[]} modules such as ngx_http_image_filter_module
 * @property {string} server what stands in the server block
 */

process.channel?.ref();
const [order] = await once(process, 'message');
process.send?.(await start(order));

/** @param {Order} order @returns {Promise<{ missing: string } | { port: number, pids: number[] }>} */
async function start({ directory, workers, modules, server }) {
  const program = PROGRAMS.find(existsSync);
  if (!program) return { missing: 'nginx (on Debian: apt-get install nginx-light)' };
  const loaded = modules.map((module) =>
    MODULES.map((folder) => join(folder, `${module}.so`)).find(existsSync),
  );
  if (loaded.includes(undefined))
    return { missing: 'its module (on Debian: apt-get install libnginx-mod-http-image-filter)' };

  await mkdir(directory, { recursive: true });
  const port = await freePort();
  const file = join(directory, 'nginx.conf');
  await writeFile(file, configuration({ directory, workers, loaded, port, server }));
  const child = spawn(program, ['-e', 'stderr', '-p', directory, '-c', file], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  process.once('SIGTERM', () => {
    child.once('exit', () => process.exit(0));
    child.kill('SIGTERM');
  });
  child.once('exit', () => process.exit(1));
  await listening(port);
  return { port, pids: await childrenOf(child.pid) };
}

/** @param {{ directory: string, workers: number, loaded: string[], port: number, server: string }} order */
function configuration({ directory, workers, loaded, port, server }) {
  // Its workers would be somebody who may not read these files; for others it is not theirs to say.
  const user = process.getuid?.() === 0 ? `user ${userInfo().username};` : '';
  const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
    ${loaded.map((path) => `load_module ${path};`).join('\n')}
    ${user}
    daemon off;
    worker_processes ${workers};
    pid ${join(directory, 'nginx.pid')};
    error_log stderr error;
    events { worker_connections 1024; }
    http {
      access_log off;
      sendfile on;
      tcp_nopush on;
      open_file_cache max=100;
      keepalive_requests 1000000000;
      types { image/jpeg jpg; image/png png; }
      ${folders.map((name) => `${name}_temp_path ${join(directory, name)};`).join('\n')}
      server { listen 127.0.0.1:${port}; ${server} }
    }`;
}

/** nginx takes no port 0. */
async function freePort() {
  const server = createServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address();
  await once(server.close(), 'close');
  return port;
}

/** @param {number} port */
async function listening(port) {
  for (const deadline = Date.now() + START_MS; Date.now() < deadline; await sleep(50)) {
    const socket = connect({ host: '127.0.0.1', port });
    const isOpen = await new Promise((resolve) => {
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    });
    socket.destroy();
    if (isOpen) return;
  }
  throw new Error('nginx did not start in time.');
}

/** @param {number | undefined} pid */
async function childrenOf(pid) {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  return children.trim().split(/\s+/).map(Number);
}
