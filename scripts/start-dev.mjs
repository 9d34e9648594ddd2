// npm run start:dev: runs the service from its sources and starts it again whenever they change,
// on a database of its own whose schema follows the entities.
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onStopRequest, startNode } from './foreground.mjs';
import { forgetBuild, giveUp, prepare, root } from './prepare.mjs';
import { NODE_ARGUMENTS, runtimeEnvironment } from './runtime.mjs';

/** A little more than the service takes to drain. */
const STOP_WITHIN_MS = 25_000;
const environment = {
  ...runtimeEnvironment(),
  NODE_ENV: 'development',
  DATA_DIR: process.env.DATA_DIR ?? join(root, 'var', 'development'),
};

await prepare({ build: false }).catch(giveUp);
forgetBuild();
// What `npm run build` does beside compiling; it needs what has just been installed.
await import('./copy-redoc.mjs');

/** @type {import('node:child_process').ChildProcess | undefined} */
let service;
let isStopping = false;
let restart = Promise.resolve();

// Not "nest start --watch": it kills the whole tree of processes, and so the database with the
// service that still needs it.
const nest = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');
const compiler = startNode([nest, 'build', '--watch', '--preserveWatchOutput'], {
  cwd: root,
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
createInterface({ input: compiler.stdout }).on('line', (line) => {
  console.log(line);
  // Broken sources leave the last working service running.
  if (/Found 0 errors/.test(line)) restart = restart.then(startAgain);
});
compiler.once('exit', (code) => stop(code ?? 1));
onStopRequest(
  () => stop(0),
  () => service?.kill('SIGKILL'),
);

async function startAgain() {
  await endService();
  if (isStopping) return;
  service = startNode([...NODE_ARGUMENTS, join(root, 'dist', 'src', 'main.js')], {
    cwd: root,
    env: environment,
  });
  service.once('exit', (code) => {
    service = undefined;
    if (code) console.log(`The service ended (exit code ${code}). Waiting for a change …`);
  });
}

async function endService() {
  const ending = service;
  if (!ending) return;
  const ended = new Promise((resolve) => ending.once('exit', resolve));
  const impatience = setTimeout(() => ending.kill('SIGKILL'), STOP_WITHIN_MS);
  ending.kill('SIGTERM');
  await ended;
  clearTimeout(impatience);
}

async function stop(code) {
  if (isStopping) return;
  isStopping = true;
  compiler.kill('SIGTERM');
  await restart;
  await endService();
  process.exit(code);
}
