// Addresses in the pages are relative, so that they hold below whatever prefix a proxy adds.

/** Swagger UI: its own files, and a script that tells it where the document is. */
export const SWAGGER_PAGE = page(
  'Loupe: API',
  `<link rel="stylesheet" href="docs/swagger-ui.css">
    <script src="docs/swagger-ui-bundle.js" defer></script>
    <script src="docs/start.js" defer></script>`,
  '<div id="swagger-ui"></div>',
);

// validatorUrl: its badge would ask another host. Without queryConfigEnabled, ?url=… changes nothing.
export const SWAGGER_START = `SwaggerUIBundle({
  url: 'openapi.json',
  dom_id: '#swagger-ui',
  deepLinking: true,
  validatorUrl: null,
  queryConfigEnabled: false,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  presets: [SwaggerUIBundle.presets.apis],
});
`;

/** ReDoc: its own bundle, and a script that tells it where the document is. */
export const REDOC_PAGE = page(
  'Loupe: API reference',
  `<link rel="stylesheet" href="redoc/page.css">
    <script src="redoc/redoc.standalone.js" defer></script>
    <script src="redoc/start.js" defer></script>`,
  '<div id="redoc"></div>',
);

export const REDOC_START = `Redoc.init(
  'openapi.json',
  {
    hideDownloadButton: true,
    nativeScrollbars: true,
    requiredPropsFirst: true,
    theme: {
      typography: {
        fontFamily: 'system-ui, sans-serif',
        headings: { fontFamily: 'system-ui, sans-serif' },
        code: { fontFamily: 'ui-monospace, monospace' },
      },
    },
  },
  document.getElementById('redoc'),
);
`;

export const REDOC_STYLE = 'body { margin: 0; padding: 0; }\n';

/** The icon of both pages: a loupe. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">
  <circle cx="13" cy="13" r="9" fill="#dbeafe" stroke="#1e3a8a" stroke-width="3"/>
  <path d="M20 20l9 9" stroke="#1e3a8a" stroke-width="4" stroke-linecap="round"/>
</svg>
`;

function page(title: string, head: string, body: string): string {
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>${title}</title>
    <link rel="icon" href="docs/icon.svg">
    ${head}
  </head>
  <body>
    ${body}
  </body>
</html>
`;
}
