// Opens the API pages in Chromium, as a developer would, and tries the API out on them. Fails on every
// console error, violated policy, failed request and request to another host.
//
//   node test/browser/docs.browser.mjs [folder for screenshots]
import assert from 'node:assert/strict';
import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { startBrowser } from './browser.mjs';
import { aKey, startService } from './service.mjs';

const screenshots = process.argv[2] ?? (await mkdtemp(join(tmpdir(), 'loupe-screenshots-')));
await mkdir(screenshots, { recursive: true });

let passed = 0;
let failed = 0;
const service = await startService();
const guarded = await startService({ AUTH: 'on' });
const browser = await startBrowser('--disable-gpu');
try {
  const photograph = join(screenshots, 'photograph.jpg');
  await writeFile(photograph, await drawPhotograph());
  await run('/ leads to Swagger UI', async (page) => {
    await page.goto(`${service.url}/`);
    await page.waitForSelector('.opblock');
    assert.equal(new URL(page.url()).pathname, '/docs');
    assert.equal(await page.title(), 'Loupe: API');
    await shoot(page, 'docs');
  });
  await run('Swagger UI tries out every example in order', async (page) => {
    await page.goto(`${service.url}/docs`);
    for (const step of [
      ['users', 'createUser', 201],
      ['users', 'deleteUser', 204],
      ['users', 'createUser', 201],
      ['users', 'replaceUser', 200],
      ['users', 'patchUser', 200],
      ['users', 'listUsers', 200],
      ['locations', 'createLocation', 201],
      ['images', 'createImage', 201],
      ['images', 'putFile', 201, { file: photograph }],
      ['annotations', 'addAnnotation', 201],
      ['annotations', 'replaceAnnotation', 200],
      ['annotations', 'replaceAnnotations', 200],
      ['images', 'listImages', 200],
      ['images', 'patchImage', 200],
      ['annotations', 'listInstruments', 200],
      ['problems', 'getProblem', 200],
      ['operation', 'getReadiness', 200],
    ])
      await tryOutAndClose(page, ...step);
  });
  await run(
    'Swagger UI uploads a photograph with its record as a form, and shows it',
    async (page) => {
      await page.goto(`${service.url}/docs`);
      const mediaType = 'multipart/form-data';
      const block = await tryOut(page, 'images', 'createImage', 201, {
        mediaType,
        file: photograph,
      });
      await shoot(block, 'form');
      const image = await (await fetch(`${service.url}/images/tray-7%2Fback`)).json();
      assert.equal(image.user_id, 'ada');
      assert.equal(image.annotations.length, 1);
      assert.deepEqual([image.file.width, image.file.height], [640, 480]);
      const shown = await tryOut(page, 'images', 'getFile', 200);
      const picture = shown.locator('.live-responses-table img');
      await picture.waitFor();
      assert.equal(await picture.evaluate((element) => element.naturalWidth), 640);
      await shoot(shown, 'picture');
    },
  );
  await run('Swagger UI removes and restores', async (page) => {
    await page.goto(`${service.url}/docs`);
    for (const step of [
      ['annotations', 'deleteAnnotation', 204],
      ['images', 'deleteFile', 204],
      ['images', 'deleteImage', 204],
      ['images', 'restoreImage', 200],
    ])
      await tryOutAndClose(page, ...step);
  });
  await run('Swagger UI loads no other document', async (page) => {
    await page.goto(
      `${service.url}/docs?url=https://petstore.example/openapi.json&configUrl=/health/live`,
    );
    await page.waitForSelector('#operations-users-createUser');
  });
  await run('Swagger UI authorizes with a key, and with a token', async (page) => {
    await page.goto(`${guarded.url}/docs`);
    await authorize(page, 'apiKey', await aKey(guarded, 'viewer'));
    await tryOut(page, 'users', 'listUsers', 200);
    await page.reload();
    await authorize(page, 'Bearer', 'a.b.c');
    const sent = [];
    // Nobody here has issued the token: what counts is how it is sent.
    await page.route('**/users*', (route) => {
      sent.push(route.request().headers().authorization);
      return route.fulfill({ status: 200, contentType: 'application/json', body: '[]' });
    });
    await tryOut(page, 'users', 'listUsers', 200);
    assert.deepEqual(sent, ['Bearer a.b.c']);
    await shoot(page, 'authorized');
  });
  await run('ReDoc shows the whole reference', async (page) => {
    await page.goto(`${service.url}/redoc`);
    await page.waitForSelector('[data-section-id]');
    assert.equal(await page.title(), 'Loupe: API reference');
    await shoot(page, 'redoc');
    const text = await page.locator('#redoc').innerText();
    for (const words of ['Create an image', 'Read the picture', 'Is the service ready?'])
      assert.ok(text.includes(words), `"${words}" is not on the page`);
    await page.getByText('Create an image').last().scrollIntoViewIfNeeded();
    await shoot(page, 'redoc-image');
  });
  await run('ReDoc finds words', async (page) => {
    await page.goto(`${service.url}/redoc`);
    await page.waitForSelector('[data-section-id]');
    await page.getByRole('textbox').first().fill('restore');
    await page.locator('[data-role="search:results"]').getByText('Restore an image').waitFor();
    await shoot(page, 'redoc-search');
  });
} finally {
  await browser.close();
  await service.stop();
  await guarded.stop();
}
console.log(`screenshots: ${screenshots}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** One check on a page of its own, which must not complain and must not ask anybody else. */
async function run(name, check) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 1000 } });
  const page = await context.newPage();
  page.setDefaultTimeout(15_000);
  const complaints = [];
  const ours = [service.url, guarded.url];
  page.on('console', (message) => {
    if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('response', (response) => {
    if (response.status() >= 400)
      complaints.push(`${response.url()} answered ${response.status()}`);
  });
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (['http:', 'https:', 'ws:'].includes(protocol) && !ours.includes(origin))
      complaints.push(`${request.url()} is another host`);
  });
  try {
    await check(page);
    await page.waitForTimeout(300);
    assert.deepEqual(complaints, []);
    passed += 1;
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${String(error.stack)}\n${complaints.join('\n')}`);
    await shoot(page, `failed-${failed}`).catch(() => undefined);
  } finally {
    await context.close();
  }
}

/** Opens an operation, executes what is filled in and waits for this status. */
async function tryOut(page, tag, operationId, status, { mediaType, file } = {}) {
  const block = page.locator(`#operations-${tag}-${operationId}`);
  await block.waitFor();
  if (!(await block.getAttribute('class')).includes('is-open'))
    await block.locator('.opblock-summary-control').click();
  // Tried a second time, it is still open for trying.
  const opener = block.getByRole('button', { name: 'Try it out' });
  const again = block.getByRole('button', { name: 'Clear' });
  await opener.or(again).first().waitFor();
  if (await opener.isVisible()) await opener.click();
  else await again.click();
  if (mediaType)
    await block.locator('.opblock-section-request-body select').first().selectOption(mediaType);
  if (file) await block.locator('input[type=file]').setInputFiles(file);
  await block.getByRole('button', { name: 'Execute' }).click();
  const answer = block.locator('.live-responses-table tbody .response-col_status').first();
  await answer.waitFor();
  const text = await block.locator('.live-responses-table').innerText();
  assert.equal(
    (await answer.innerText()).trim().slice(0, 3),
    String(status),
    `${operationId}: ${text}`,
  );
  return block;
}

/** The same, and closes it again: with every open operation the page becomes slower. */
async function tryOutAndClose(page, tag, operationId, ...expected) {
  const block = await tryOut(page, tag, operationId, ...expected);
  await block.locator('.opblock-summary-control').click();
}

/** Gives the page a credential, as its dialog asks for it. @param kind word of the dialog's entry */
async function authorize(page, kind, value) {
  await page.getByRole('button', { name: 'Authorize' }).first().click();
  const entry = page.locator('.auth-container', { hasText: kind });
  await entry.locator('input').fill(value);
  await entry.getByRole('button', { name: 'Apply' }).click();
  await page.locator('.modal-ux-header .close-modal').click();
}

async function shoot(target, name) {
  await target.screenshot({ path: join(screenshots, `${name}.png`) });
}

/** A tray with something on it. */
function drawPhotograph() {
  const tray = `<svg width="640" height="480" xmlns="http://www.w3.org/2000/svg">
    <rect width="640" height="480" fill="#3d5a80"/>
    <rect x="40" y="40" width="560" height="400" rx="24" fill="#c8d5e3"/>
    <path d="M120 80L410 95L388 300Z" fill="#7d8597" stroke="#33415c" stroke-width="6"/>
  </svg>`;
  return sharp(Buffer.from(tray)).jpeg().toBuffer();
}
