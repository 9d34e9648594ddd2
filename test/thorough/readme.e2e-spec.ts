import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { execFile, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startApp, type TestApp } from '../helpers/app.js';
import { aProvider } from '../helpers/provider.js';
import { pixelsOf } from '../helpers/pictures.js';

const root = process.cwd();
const hasCurl = spawnSync('curl', ['--version']).status === 0;
let app: TestApp;
let folder: string;

beforeAll(async () => {
  app = await startApp();
  folder = await mkdtemp(join(tmpdir(), 'loupe-tour-'));
  await symlink(join(root, 'node_modules'), join(folder, 'node_modules'));
});

afterAll(async () => {
  await app.close();
  await rm(folder, { recursive: true, force: true });
});

describe('README', () => {
  // The tour is for people with curl; npm test asks for nothing but Node.js.
  (hasCurl ? it : it.skip)('has a tour that works when it is pasted', async () => {
    const readme = await readFile(join(root, 'README.md'), 'utf8');
    const [, tour = ''] = /## A tour[^]*?```sh\n([^]*?)```/.exec(readme) ?? [];

    const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', tour], {
      cwd: folder,
      env: { ...process.env, LOUPE: app.url },
    });

    expect(await pixelsOf(await readFile(join(folder, 'half.jpg')))).toMatchObject({
      width: 600,
      height: 450,
    });
    expect(stdout).toContain(
      '"created_at":"2026-03-01T08:30:00.000Z","hardware_id":"Canon EOS R5"',
    );
    expect(stdout.match(/"type":"[^"]+"/g)).toEqual([
      '"type":"/problems/annotation-changed"',
      '"type":"/problems/impossible-geometry"',
    ]);
    expect(stdout).toMatch(/x-total-count: 1/i);
    expect(stdout.trim()).toMatch(
      /\[\{"name":"bandage scissors","annotation_count":1,"image_count":1\},\{"name":"needle holder",[^\]]+\]$/,
    );
  });

  (hasCurl ? it : it.skip)(
    'has a way to keys and tokens that works when it is pasted',
    async () => {
      const readme = await readFile(join(root, 'README.md'), 'utf8');
      const [, section = ''] = /(## Security[^]*?)\n## /.exec(readme) ?? [];
      const blocks = [...section.matchAll(/```sh\n([^]*?)```/g)].map(([, block = '']) => block);
      const [makeKey, useKeys, start, useToken] = blocks;
      const provider = await aProvider();
      const service = await startApp(provider.settings);
      const env = {
        ...process.env,
        LOUPE: service.url,
        DATABASE_URL: service.environment.databaseUrl,
        DATA_DIR: service.dataDir,
      };
      // The issuer of the section has a port of its own, and the service is one that runs already.
      expect(start).toMatch(/^AUTH=on .* npm start\n$/);
      const token = await provider.accessToken({ role: 'viewer', clients: '*' });
      const [, call = ''] = /\n(curl[^]*)$/.exec(useToken!) ?? [];
      const script = `${makeKey}${useKeys}TOKEN=${token}\n${call}`;

      const { stdout } = await promisify(execFile)('bash', ['-euo', 'pipefail', '-c', script], {
        cwd: root,
        env,
      });

      const answers = stdout
        .trim()
        .split('\n')
        .filter((line) => /^[[{]/.test(line));
      expect(answers.map((line) => (JSON.parse(line) as { type?: string }).type)).toEqual([
        '/problems/credential-required',
        undefined,
        '/problems/role-missing',
        '/problems/credential-refused',
        undefined,
        undefined,
      ]);
      const log = JSON.parse(answers[4]!) as { action: string; actor: string }[];
      expect(log.map(({ action, actor }) => `${actor} ${action}`)).toEqual([
        'operator api-key.revoked',
        'api-key:me api-key.created',
        'operator api-key.created',
      ]);
      await service.close();
      await provider.close();
    },
    120_000,
  );

  it('shows every setting in .env.example as the code has it', async () => {
    const { environmentExample } = await import('../../src/config/environment-example.js');
    expect(await readFile(join(root, '.env.example'), 'utf8')).toBe(environmentExample());
  });
});
