import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Http, startApp, type TestApp } from '../helpers/app.js';
import { expectProblem } from '../helpers/problems.js';

describe('the API pages', () => {
  let service: TestApp;
  let http: Http;

  beforeAll(async () => {
    service = await startApp();
    ({ http } = service);
  });
  afterAll(() => service.close());

  it('begin at /', async () => {
    const answer = await http.get('/').expect(302);
    expect(new URL(answer.headers.location!, `${service.url}/`).pathname).toBe('/docs');
  });

  describe.each(['/docs', '/redoc'])('%s', (path) => {
    it('is a page whose policy lets in nothing but its own files', async () => {
      const { headers, text } = await http.get(path).expect(200);
      expect(headers['content-type']).toMatch(/^text\/html/);
      const policy = directivesOf(headers['content-security-policy']!);
      expect(policy).toMatchObject({
        'default-src': ["'none'"],
        'script-src': ["'self'"],
        'connect-src': ["'self'"],
        'base-uri': ["'none'"],
        'form-action': ["'none'"],
      });
      expect(policy['style-src']).not.toContain("'unsafe-inline'");
      expect(text).not.toMatch(/https?:|<script>|<style/);
    });

    it('finds every file that it names', async () => {
      const { text } = await http.get(path);
      const names = [...text.matchAll(/(?:href|src)="([^"]+)"/g)].map(([, name]) => name!);
      expect(names.length).toBeGreaterThan(3);
      for (const name of names) {
        const { pathname } = new URL(name, `${service.url}${path}`);
        const { status, headers } = await http.get(pathname);
        expect({ name, status }).toEqual({ name, status: 200 });
        expect(headers['content-type']).toMatch(/javascript|css|svg/);
      }
    });

    it('is the same with a slash at its end', async () => {
      const answer = await http.get(`${path}/`).expect(302);
      expect(new URL(answer.headers.location!, `${service.url}${path}/`).pathname).toBe(path);
    });

    it('has no other files', async () => {
      for (const name of ['nonsense.js', '%2e%2e%2fpackage.json', '..%2f..%2fpackage.json'])
        expect((await http.get(`${path}/${name}`)).status).toBeGreaterThanOrEqual(400);
    });
  });

  it('bring the licences of what they are made of', async () => {
    const licences = ['redoc/LICENSE', 'redoc/redoc.standalone.js.LICENSE.txt', 'docs/LICENSE'];
    for (const path of licences) await http.get(`/${path}`).expect(200);
  });

  it('name the address of PUBLIC_URL, if there is one', async () => {
    expect((await http.get('/openapi.json')).body.servers).toEqual([{ url: '/' }]);
    const behindProxy = await startApp({ publicUrl: 'https://loupe.example/api' });
    const { body } = await behindProxy.http.get('/openapi.json');
    expect(body.servers).toEqual([{ url: 'https://loupe.example/api' }]);
    await behindProxy.close();
  });

  it('are not there with DOCS=false, but problems are explained', async () => {
    const silent = await startApp({ docs: false });
    for (const path of ['/', '/docs', '/redoc', '/openapi.json', '/docs/swagger-ui.css'])
      expectProblem(await silent.http.get(path), 404, 'route-not-found');
    await silent.http.get('/problems/user-not-found').expect(200);
    await silent.close();
  });
});

function directivesOf(policy: string): Record<string, string[]> {
  const directives = policy.split('; ').map((directive) => directive.split(' '));
  return Object.fromEntries(directives.map(([name = '', ...sources]) => [name, sources]));
}
