// Pages that embed the viewers of others, with a little script that the checks call.
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { viewerBundles } from './viewer-bundles.mjs';

/** The pages of whoever embeds a viewer: on an origin of their own. */
export async function servePages() {
  const bundles = await viewerBundles();
  const page = (scripts, body) => `<!doctype html><meta charset="utf-8"><title>viewer</title>
    <link rel="icon" href="data:,"><link rel="stylesheet" href="/annotorious-openseadragon.css">
    <style>body { margin: 0; background: #222 } #viewer { position: absolute; inset: 0 }</style>
    <div id="viewer"></div>${scripts.map((name) => `<script src="/${name}"></script>`).join('')}
    <script>${body}</script>`;
  const read = `const read = async (url, key) =>
    (await fetch(url, { headers: key ? { 'X-API-Key': key } : {} })).json();`;
  const openSeadragon = `
    window.open = (information) => {
      window.viewer = OpenSeadragon({
        element: document.getElementById('viewer'), tileSources: information + '/info.json', drawer: 'canvas',
        crossOriginPolicy: 'Anonymous', showNavigationControl: false, animationTime: 0, immediateRender: true,
      });
    };
    window.isShown = () => {
      const item = window.viewer.world.getItemAt(0);
      return Boolean(item) && item.getFullyLoaded();
    };
    window.zoomIn = () => {
      window.viewer.viewport.zoomTo(window.viewer.viewport.imageToViewportZoom(1), null, true);
    };`;
  const served = {
    '/openseadragon': page(
      ['openseadragon.min.js'],
      // The key is needed once; tiles are loaded without it.
      `${read}${openSeadragon}
      window.show = async (base, key) => open((await read(base + '/info.json', key)).id);`,
    ),
    '/annotorious': page(
      ['openseadragon.min.js', 'annotorious-openseadragon.js'],
      `${read}${openSeadragon}
      window.show = async (address, key) => {
        const { items: [canvas] } = await read(address, key);
        open(canvas.items[0].items[0].body.service[0].id);
        const annotator = AnnotoriousOSD.createOSDAnnotator(window.viewer, {
          adapter: AnnotoriousOSD.W3CImageFormat(canvas.id),
          drawingEnabled: false,
          style: { fill: '#ff00ff', fillOpacity: 1, stroke: '#ff00ff', strokeOpacity: 1 },
        });
        const { items } = await read(canvas.annotations[0].id);
        annotator.setAnnotations(items.filter(({ target }) => target.selector));
      };`,
    ),
    '/mirador': page(
      ['mirador.min.js'],
      `${read}
      window.show = async (address, key) => {
        const { id } = await read(address, key);
        const drawn = { fillStyle: '#ff00ff', strokeStyle: '#ff00ff', globalAlpha: 1 };
        const annotations = { default: drawn, hovered: drawn, selected: drawn, hidden: { globalAlpha: 0 } };
        Mirador.viewer({
          id: 'viewer',
          windows: [{ manifestId: id }],
          window: {
            defaultSideBarPanel: 'annotations', sideBarOpenByDefault: true, sideBarOpen: true,
            highlightAllAnnotations: true, forceDrawAnnotations: true,
          },
          workspaceControlPanel: { enabled: false },
          themes: { light: { palette: { annotations } } },
          osdConfig: { drawer: 'canvas' },
        });
      };`,
    ),
  };
  const server = createServer(async (request, response) => {
    const html = served[request.url];
    const bundle = bundles[request.url.slice(1)];
    if (html) response.setHeader('Content-Type', 'text/html').end(html);
    else if (bundle)
      response
        .setHeader('Content-Type', bundle.endsWith('.css') ? 'text/css' : 'text/javascript')
        .end(await readFile(bundle));
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
