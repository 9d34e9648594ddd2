import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keysCommand } from '../../src/cli/keys-command.js';
import { startApp, type TestApp } from '../helpers/app.js';
import { runCommand, runHere } from '../helpers/commands.js';
import { withKey } from '../helpers/credentials.js';
import { unique } from '../helpers/records.js';
import { type ServiceProcess, startEmbedded } from '../helpers/embedded-service.js';

const KEY_ALONE = /^loupe_[a-z2-9]{10}_[\w-]{43}\n$/;
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

describe('npm run keys, with DATABASE_URL', () => {
  let service: TestApp;
  let settings: Record<string, string>;

  beforeAll(async () => {
    service = await startApp({ auth: 'on' });
    settings = { DATABASE_URL: service.environment.databaseUrl!, DATA_DIR: service.dataDir };
  });
  afterAll(() => service.close());

  const keys = (...args: string[]) => runHere(keysCommand, args, settings);
  const users = (key: string) => service.http.get('/users').set(withKey(key));

  it('prints the key alone, which works at once, and notes who made it', async () => {
    const args = ['create', '--name', unique('key'), '--role', 'admin', '--expires', '90d'];
    const made = await runCommand('keys', args, settings);

    expect(made).toMatchObject({ code: 0, stdout: expect.stringMatching(KEY_ALONE) });
    const key = made.stdout.trim();
    expect(made.stderr).not.toContain(key);
    expect((await users(key)).status).toBe(200);
    const log = await service.http.get('/audit-log?actor=operator').set(withKey(key));
    expect(log.body[0]).toMatchObject({
      action: 'api-key.created',
      subject: `/api-keys/${key.split('_')[1]}`,
      request_id: null,
    });
  });

  it('binds a key to clients', async () => {
    const made = await keys(
      ...['create', '--name', unique('key'), '--role', 'viewer'],
      ...['--client', 'a', '--client', 'b/c'],
    );
    const [, prefix] = made.stdout.split('_');

    const listed = (await keys('list')).stdout.split('\n').find((line) => line.includes(prefix!));
    expect(listed).toMatch(/ viewer +a,b\/c +in use /);
  });

  it('revokes a key by its prefix or its name, at once', async () => {
    const [byPrefix, byName] = [unique('key'), unique('key')];
    const first = (await keys('create', '--name', byPrefix, '--role', 'viewer')).stdout.trim();
    const second = (await keys('create', '--name', byName, '--role', 'viewer')).stdout.trim();
    expect([(await users(first)).status, (await users(second)).status]).toEqual([200, 200]);

    const outcomes = [await keys('revoke', first.split('_')[1]!), await keys('revoke', byName)];

    expect(outcomes.map(({ code, stdout }) => ({ code, stdout }))).toEqual(
      Array(2).fill({ code: 0, stdout: '' }),
    );
    expect([(await users(first)).status, (await users(second)).status]).toEqual([401, 401]);
  });

  it('exits with 1 and a sentence when it is refused', async () => {
    const name = unique('key');
    await keys('create', '--name', name, '--role', 'viewer');

    const again = await keys('create', '--name', name, '--role', 'viewer');
    expect(again).toEqual({ code: 1, stdout: '', stderr: expect.stringContaining(`"${name}"`) });
    const unknown = await keys('revoke', 'nothing');
    expect(unknown).toEqual({ code: 1, stdout: '', stderr: 'There is no API key "nothing".\n' });
  });

  it('exits with 1 and a sentence when there is no database', async () => {
    const { DATABASE_URL } = settings;
    settings.DATABASE_URL = 'postgresql://loupe@127.0.0.1:1/loupe';

    const outcome = await keys('list');
    settings.DATABASE_URL = DATABASE_URL!;

    expect(outcome).toMatchObject({ code: 1, stdout: '' });
    expect(outcome.stderr).toMatch(/^The database cannot be reached: .*ECONNREFUSED[^\n]*\n$/);
  });

  it('exits with 2 and says what is wrong, all at once', async () => {
    const wrong = ['create', '--role', 'king', '--client', ' ', '--expires', 'soon'];

    const outcome = await keys(...wrong);

    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    for (const option of ['--name is required', '--role must', '--client must', '--expires must'])
      expect(outcome.stderr).toContain(option);
  });

  it.each([
    [],
    ['nonsense'],
    ['create', '--role', 'viewer', '--name', 'a', '--nonsense'],
    ['list', '--name', 'a'],
    ['revoke'],
    ['revoke', 'a', 'b'],
  ])('exits with 2 and its usage for "%s %s"', async (...args) => {
    const outcome = await keys(...args);

    expect(outcome).toMatchObject({ code: 2, stdout: '' });
    expect(outcome.stderr).toContain('Usage: npm run keys');
  });

  it('explains itself', async () => {
    expect(await keys('--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('Usage: npm run keys'),
      stderr: '',
    });
  });
});

describe('npm run keys, with the embedded database', () => {
  let folder: string;
  let service: ServiceProcess | undefined;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'loupe-keys-'));
    await chmod(folder, 0o755);
    // Where root runs the tests, the service and its operator are an ordinary user here.
    if (isRoot) await chown(folder, NOBODY, NOBODY);
  });
  afterAll(async () => {
    await service?.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const asUser = isRoot ? NOBODY : undefined;
  const create = (name: string, uid = asUser) =>
    runCommand('keys', ['create', '--name', name, '--role', 'viewer'], { DATA_DIR: folder }, uid);
  const list = async (uid = asUser) =>
    (await runCommand('keys', ['list'], { DATA_DIR: folder }, uid)).stdout;

  it('makes the first key before the service was ever started', async () => {
    expect(await create('first')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(KEY_ALONE),
    });
  });

  it('works while the service runs on it, also as root', async () => {
    service = await startEmbedded(folder, asUser);

    const made = await create('second');
    const asRoot = await create('third', isRoot ? 0 : undefined);

    for (const { code, stdout } of [made, asRoot]) {
      expect(code).toBe(0);
      const answer = await fetch(`${service.url}/users`, { headers: withKey(stdout.trim()) });
      expect(answer.status).toBe(200);
    }
    await service.stop();
    service = undefined;
  });

  it('works after the service has stopped, and leaves nothing behind that is of root', async () => {
    const table = await list(isRoot ? 0 : undefined);

    for (const name of ['first', 'second', 'third']) expect(table).toContain(` ${name} `);
    expect((await create('fourth')).code).toBe(0);
  });
});
