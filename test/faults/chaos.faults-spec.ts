import { afterEach, describe, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';

/** A round or two of what `npm run chaos` does in hundreds; the scenarios themselves are the judges. */
interface Findings {
  counts: Record<string, number>;
  violations: string[];
}

let running: ChildProcess | undefined;

afterEach(() => {
  if (running?.exitCode === null) running.kill('SIGTERM');
});

async function play(scenario: string, rounds: number): Promise<Findings> {
  const script = join(process.cwd(), 'chaos', `${scenario}.mjs`);
  running = spawn(process.execPath, [script, '--rounds', String(rounds)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = once(running, 'exit');
  const printed = await text(running.stdout!);
  const [code] = (await ended) as [number];
  const last = printed.trim().split('\n').at(-1)!;
  if (!last.startsWith('{')) throw new Error(`chaos/${scenario}.mjs came to no end:\n${printed}`);
  const findings = JSON.parse(last) as Findings;
  expect(findings.violations).toEqual([]);
  expect(code).toBe(0);
  return findings;
}

describe('what was acknowledged is kept, and nothing is half done', () => {
  it('when the service is killed under load', async () => {
    const { counts } = await play('service', 1);

    expect(counts).toMatchObject({ 'kill -9 of the service under load': 1, lost: 0 });
    expect(counts['acknowledged in all']).toBeGreaterThan(10);
    expect(counts['images verified']).toBeGreaterThan(0);
  });

  it('when PostgreSQL is killed under load, which the service survives', async () => {
    const { counts } = await play('postgres', 1);

    expect(counts).toMatchObject({ 'kill -9 of PostgreSQL under load': 1, lost: 0 });
    expect(counts['acknowledged in all']).toBeGreaterThan(10);
  });

  it('when it is restarted under load, which finishes what was begun', async () => {
    const { counts } = await play('restart', 1);

    expect(counts).toMatchObject({ 'uploads in the middle finished': 1, lost: 0 });
  });

  it('when the network to PostgreSQL is silent for a while', async () => {
    const { counts } = await play('partition', 2);

    expect(counts).toMatchObject({ 'network: delay': 1, 'network: stall': 1, lost: 0 });
  });
});

describe('nothing is left behind', () => {
  it('by clients that leave in the middle of an upload or a download', async () => {
    const { counts } = await play('aborts', 30);

    expect(counts).toMatchObject({ 'uploads left': 30, 'temporary files left': 0 });
  });

  const isRoot = process.getuid?.() === 0;
  (isRoot ? it : it.skip)('by a full disk, which is noticed and outlived', async () => {
    const { counts } = await play('disk', 1);

    expect(counts).toMatchObject({ 'disk full and free again': 1 });
    expect(counts['upload: 507 storage-full']).toBe(3);
  });
});
