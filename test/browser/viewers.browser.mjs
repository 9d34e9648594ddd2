// Shows a picture with its annotations in the viewers of others, on pages of another origin, and looks at the
// pixels: the picture is seen, its tiles load, its polygons lie where they belong.
//
//   node test/browser/viewers.browser.mjs [folder for screenshots]
import assert from 'node:assert/strict';
import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { startBrowser } from './browser.mjs';
import { aKey, startService } from './service.mjs';
import { servePages } from './viewer-pages.mjs';

const KEY = 'tray 7/front "ü"';
const SIZE = { width: 3000, height: 2000 };
const QUADRANTS = [
  { at: [0, 0], colour: [200, 40, 60] },
  { at: [1500, 0], colour: [40, 160, 70] },
  { at: [0, 1000], colour: [50, 80, 190] },
  { at: [1500, 1000], colour: [230, 200, 40] },
];
const TILE = /\/default\.(jpg|webp|png)$/;
/** What the viewers are told to fill annotations with. */
const FILL = [255, 0, 255];
const ANNOTATIONS = [
  {
    instrument: 'scissors',
    polygon: {
      points: [
        [300.5, 200],
        [1200, 300.25],
        [400, 850],
      ],
    },
  },
  {
    instrument: 'tray',
    polygon: {
      points: [
        [1800, 1200],
        [2700, 1700],
      ],
    },
  },
  {
    instrument: 'clamp',
    polygon: {
      points: [
        [1800.5, 300.5],
        [2200.5, 600.5],
      ],
    },
  },
  {
    instrument: 'basin',
    polygon: { rings: [boxRing(100, 1100, 700, 1700), boxRing(300, 1300, 500, 1500)] },
  },
  { instrument: 'gauze', polygon: null, mask: maskOfFrame() },
  { instrument: 'cover', polygon: null, box: { x: 100, y: 1800, width: 600, height: 150 } },
  {
    instrument: 'wire',
    polygon: null,
    polyline: {
      points: [
        [2400, 200],
        [2900, 200],
        [2900, 900],
      ],
    },
  },
  {
    instrument: 'tips',
    polygon: null,
    points: {
      points: [
        [1700.5, 800],
        [2300, 850],
        [2000, 900],
      ],
      visibility: [2, 1, 0],
    },
  },
];
/** Places of the picture: on the edge of an annotation, inside of one close to the edge, and close to it outside. */
const PLACES = {
  wire: {
    edge: [
      [2500, 200],
      [2800, 200],
      [2900, 600],
    ],
    inside: [],
    outside: [
      [2450, 300],
      [2700, 700],
    ],
  },
  tips: {
    edge: [
      [1700, 780],
      [2300, 830],
    ],
    inside: [],
    outside: [
      [2000, 890],
      [2000, 870],
    ],
  },
  scissors: {
    edge: [
      [750, 250],
      [350, 525],
      [800, 575],
    ],
    inside: [
      [600, 400],
      [335, 240],
      [1110, 320],
      [415, 790],
    ],
    outside: [
      [750, 220],
      [320, 525],
      [830, 605],
      [270, 170],
    ],
  },
  basin: {
    edge: [
      [100, 1400],
      [400, 1700],
      [300, 1400],
      [400, 1500],
    ],
    inside: [
      [200, 1400],
      [600, 1600],
    ],
    outside: [
      [400, 1400],
      [750, 1400],
    ],
  },
  gauze: {
    edge: [
      [900, 1400],
      [1100, 1700],
      [1000, 1400],
      [1100, 1500],
    ],
    inside: [
      [950, 1400],
      [1150, 1600],
    ],
    outside: [
      [1100, 1400],
      [850, 1400],
    ],
  },
  cover: {
    edge: [],
    inside: [[400, 1875]],
    outside: [
      [400, 1770],
      [750, 1875],
    ],
  },
  tray: {
    edge: [],
    inside: [
      [2250, 1450],
      [1825, 1225],
      [2675, 1675],
    ],
    outside: [
      [1775, 1225],
      [2725, 1675],
      [2250, 1175],
      [2250, 1725],
    ],
  },
  clamp: {
    edge: [
      [1800, 450],
      [2200, 450],
      [2000, 300],
      [2000, 600],
    ],
    inside: [
      [2000, 450],
      [1825, 325],
      [2175, 575],
    ],
    outside: [
      [1775, 325],
      [2225, 575],
      [2000, 275],
      [2000, 625],
    ],
  },
};

/** Boxes of whole pixels, what else has an inside, and what has none. */
const BOXES = ['tray', 'cover'];
const AREAS = ['scissors', 'clamp', 'basin', 'gauze'];
const LINES = ['wire', 'tips'];

function boxRing(left, top, right, bottom) {
  return [
    [left, top],
    [right, top],
    [right, bottom],
    [left, bottom],
  ];
}

/** From 900, 1100 to 1300, 1700, but for what lies between 1000, 1300 and 1200, 1500. */
function maskOfFrame() {
  const counts = [900 * 2000 + 1100];
  for (let x = 900; x < 1300; x += 1)
    if (x < 1000 || x >= 1200) counts.push(600, 1400);
    else counts.push(200, 200, 200, 1400);
  counts[counts.length - 1] += 1700 * 2000 - 1100;
  return { size: [SIZE.height, SIZE.width], counts };
}

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const screenshots = process.argv[2] ?? join(root, 'var', 'viewers', 'screenshots');
await mkdir(screenshots, { recursive: true });

let passed = 0;
let failed = 0;
const pages = await servePages();
const service = await startService({ AUTH: 'on' });
// Annotorious draws with WebGL, which this does in software.
const browser = await startBrowser('--use-angle=swiftshader', '--enable-unsafe-swiftshader');
try {
  const key = await aKey(service, 'admin');
  await storePicture(key);
  await run('OpenSeadragon shows the picture and zooms into it', async (page, seen) => {
    await page.goto(`${pages.url}/openseadragon`);
    await page.evaluate(async ([base, key]) => globalThis.show(base, key), [urlOf('iiif/3'), key]);
    await page.waitForFunction(() => globalThis.isShown());
    const whole = await looked(page, 'openseadragon');
    for (const { at, colour } of QUADRANTS) whole.expect([at[0] + 400, at[1] + 400], colour);
    const before = seen.pictures.length;
    assert.ok(before >= 1, 'no tile was asked for');
    // The middle, where the quadrants meet, as large as it is.
    const asked = page.waitForResponse((response) => TILE.test(response.url()));
    await page.evaluate(() => globalThis.zoomIn());
    await asked;
    await page.waitForFunction(() => globalThis.isShown());
    assert.ok(seen.pictures.length > before);
    const close = await screenshotOf(page, 'openseadragon-close');
    const { width, height } = close;
    for (const [x, y, { colour }] of [
      [width / 2 - 200, height / 2 - 150, QUADRANTS[0]],
      [width / 2 + 200, height / 2 - 150, QUADRANTS[1]],
      [width / 2 - 200, height / 2 + 150, QUADRANTS[2]],
      [width / 2 + 200, height / 2 + 150, QUADRANTS[3]],
    ])
      assert.ok(isClose(close.at(x, y), colour), `${close.at(x, y)} is not ${colour} at ${x},${y}`);
  });
  await run('Annotorious draws the annotations where they belong', async (page) => {
    await page.goto(`${pages.url}/annotorious`);
    const manifest = urlOf('iiif/presentation/3', 'manifest');
    await page.evaluate(async ([manifest, key]) => globalThis.show(manifest, key), [manifest, key]);
    await page.waitForFunction(() => globalThis.isShown());
    await page.waitForTimeout(500);
    const annotorious = await looked(page, 'annotorious');
    for (const name of [...AREAS, ...BOXES]) annotorious.expectFilled(name);
    for (const name of LINES) annotorious.expectOutlined(name);
  });
  await run('Mirador draws the annotations where they belong', async (page, seen) => {
    await page.goto(`${pages.url}/mirador`);
    const manifest = urlOf('iiif/presentation/3', 'manifest');
    await page.evaluate(async ([manifest, key]) => globalThis.show(manifest, key), [manifest, key]);
    await page.getByText('scissors').first().waitFor();
    await page.waitForTimeout(2500);
    assert.ok(seen.pictures.length >= 1, 'no tile was asked for');
    // It fills boxes, and draws the outlines of everything else.
    const mirador = await looked(page, 'mirador');
    for (const name of BOXES) mirador.expectFilled(name);
    for (const name of [...AREAS, ...LINES]) mirador.expectOutlined(name);
    const text = await page.locator('body').innerText();
    for (const { instrument } of ANNOTATIONS) assert.ok(text.includes(instrument), instrument);
  });
} finally {
  await browser.close();
  await service.stop();
  await pages.stop();
}
console.log(`screenshots: ${screenshots}`);
console.log(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && passed > 0 ? 0 : 1;

/** One check on a page of its own, which asks nobody but the page's server and the service, and is always answered. */
async function run(name, check) {
  const context = await browser.newContext({ viewport: { width: 1200, height: 800 } });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  const complaints = [];
  const seen = { pictures: [] };
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('response', (response) => {
    if (response.status() >= 400)
      complaints.push(`${response.url()} answered ${response.status()}`);
    if (TILE.test(response.url()) && response.url().startsWith(service.url))
      seen.pictures.push(response.url());
  });
  context.on('request', (request) => {
    const { protocol, origin } = new URL(request.url());
    if (/^(http|ws)s?:$/.test(protocol) && ![service.url, pages.url].includes(origin))
      complaints.push(`${request.url()} is another host`);
  });
  try {
    await check(page, seen);
    assert.deepEqual(complaints, []);
    passed += 1;
    console.log(`ok      ${name} (${seen.pictures.length} pictures asked for)`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}\n${String(error.stack)}\n${complaints.join('\n')}`);
    await page
      .screenshot({ path: join(screenshots, `failed-${failed}.png`) })
      .catch(() => undefined);
  } finally {
    await context.close();
  }
}

/** A screenshot, on which the picture was found by its colours. */
async function looked(page, name) {
  const shot = await screenshotOf(page, name);
  const [left, top, right, bottom] = pictureOn(shot);
  const scale = (right - left) / SIZE.width;
  const ratio = (right - left) / (bottom - top);
  assert.ok(Math.abs(ratio - SIZE.width / SIZE.height) < 0.02, `the picture is ${ratio} wide`);
  const at = ([x, y]) => shot.at(left + x * scale, top + y * scale);
  const expect = (place, colour) =>
    assert.ok(isClose(at(place), colour), `${at(place)} is not ${colour} at ${place}`);
  const colourAt = ([x, y]) =>
    QUADRANTS[(x < SIZE.width / 2 ? 0 : 1) + (y < SIZE.height / 2 ? 0 : 2)].colour;
  return {
    expect,
    expectFilled(name) {
      for (const place of PLACES[name].inside) expect(place, FILL);
      for (const place of PLACES[name].outside) expect(place, colourAt(place));
    },
    expectOutlined(name) {
      const { edge, inside, outside } = PLACES[name];
      for (const place of [...inside, ...outside]) expect(place, colourAt(place));
      for (const [x, y] of edge) {
        // Within two pixels of the screen, for lines are thin.
        const around = [-2, -1, 0, 1, 2].flatMap((dx) =>
          [-2, -1, 0, 1, 2].map((dy) => at([x + dx / scale, y + dy / scale])),
        );
        const isDrawn = around.some((pixel) => !isClose(pixel, colourAt([x, y])));
        assert.ok(isDrawn, `no line of ${name} goes through ${x},${y}`);
      }
    },
  };
}

async function screenshotOf(page, name) {
  const bytes = await page.screenshot({ path: join(screenshots, `${name}.png`) });
  const { data, info } = await sharp(bytes)
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  const at = (x, y) => [
    ...data.subarray((Math.round(y) * info.width + Math.round(x)) * 3).subarray(0, 3),
  ];
  return { width: info.width, height: info.height, at };
}

/** The smallest box around everything that has the colour of a quadrant. */
function pictureOn({ width, height, at }) {
  let [left, top, right, bottom] = [width, height, 0, 0];
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      if (!QUADRANTS.some(({ colour }) => isClose(at(x, y), colour))) continue;
      [left, top] = [Math.min(left, x), Math.min(top, y)];
      [right, bottom] = [Math.max(right, x + 1), Math.max(bottom, y + 1)];
    }
  assert.ok(right - left > 300, 'the picture is not on the screen');
  return [left, top, right, bottom];
}

function isClose(pixel, colour) {
  return colour.every((value, channel) => Math.abs(value - pixel[channel]) <= 24);
}

function urlOf(prefix, path) {
  return [service.url, prefix, encodeURIComponent(KEY), path].filter(Boolean).join('/');
}

/** A photograph of a portrait camera: stored on its side. */
async function storePicture(key) {
  const rectangles = QUADRANTS.map(
    ({ at: [x, y], colour }) =>
      `<rect x="${x}" y="${y}" width="1500" height="1000" fill="rgb(${colour.join()})"/>`,
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="3000" height="2000">${rectangles.join('')}</svg>`;
  const stored = sharp(Buffer.from(svg)).rotate(270).withMetadata({ orientation: 6 });
  const form = new FormData();
  const metadata = {
    image_key: KEY,
    client_id: 'st-james',
    created_at: '2026-03-01T08:30:00Z',
    annotations: [...ANNOTATIONS, { instrument: 'whole', polygon: null }],
  };
  form.set('metadata', JSON.stringify(metadata));
  form.set('file', new Blob([await stored.jpeg({ quality: 95 }).toBuffer()]), 'tray.jpg');
  const answer = await fetch(`${service.url}/images`, {
    method: 'POST',
    headers: { 'X-API-Key': key },
    body: form,
  });
  assert.equal(answer.status, 201, await answer.text());
}
