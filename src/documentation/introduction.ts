/** What a reader of the API pages needs to know before the first route (Markdown). */
export const INTRODUCTION = `
Photographs of instruments: who took them, where and with which camera, and what is marked on them.
Upload a photograph with its annotations in one request, list and filter, look at any scale and quality.

## How it works

- **JSON** in snake_case. What is absent is \`null\`, and always there. Times go in as RFC 3339 with an
  offset (\`2026-03-01T09:30:00+01:00\`) and come out in UTC with milliseconds. Unknown fields, fields that
  are there twice and unknown query parameters are refused by name; so is whatever a body says where none is taken (\`{}\` says nothing, and that of
  a GET is not read).
- **Keys and ids** are chosen by the client and come back in Unicode NFC. In a path they are
  percent-encoded: the image \`tray-7/front\` is at \`/images/tray-7%2Ffront\`.
- **Coordinates** are pixels of the upright picture (EXIF orientation applied), x to the right and y down;
  (0, 0) is the outer corner of the top-left pixel. Two points are opposite corners of a box, three or
  more a ring that closes itself.
- **Lists** are arrays. \`limit\` says how many items a page has; the next page's address stands in the
  \`Link\` header (RFC 8288), and \`count\` adds \`X-Total-Count\`. A repeated parameter means "any of".
  \`fields\` leaves out what nobody needs of images, and \`Accept: application/x-ndjson\` brings all of any list at once,
  one a line; \`limit\` then ends it only if it is sent, and what breaks off was not complete.
- **Concurrent changes**: every resource has an \`ETag\`. Sent back as \`If-Match\`, it makes sure that
  nobody's change is overwritten (412); as \`If-None-Match\`, it saves a download (304).
- **Retries**: a repeated \`POST /images\` is answered 200 with the image that the first one made. Any other
  POST that makes something is safe to repeat with an \`Idempotency-Key\`.
- **Many at once**: \`POST /images/batch\` takes up to 500 records and says of each what became of it, or makes all of
  them or none.
- **Rate limits**: every answer of a route that counts requests tells in \`RateLimit\` headers what is left; beyond
  it is 429 with \`Retry-After\`.
- **Errors** are problems (RFC 9457, \`application/problem+json\`) that name every fault of a request at
  once. [/problems](/problems) explains each kind. A request is checked in this order: 401, 403, 404, 428, 400, 412,
  then 409 and 422.
`.trim();

/** What the groups of routes are about, in the order in which they are shown. */
export const TAGS = [
  {
    name: 'images',
    description: 'Photographs: a record of who, where, when and for whom, and its picture.',
  },
  {
    name: 'annotations',
    description: 'What is marked on a photograph, and the labels that are used for it.',
  },
  {
    name: 'review',
    description: 'How far a photograph is: submitted, accepted or rejected, by whom and why.',
  },
  {
    name: 'comments',
    description: 'What people write to each other about a photograph or one of its annotations.',
  },
  {
    name: 'iiif',
    description:
      'Pictures and annotations for the viewers of others: IIIF Image API 3.0 and Presentation API 3.0.',
  },
  { name: 'users', description: 'The field staff who take photographs.' },
  { name: 'locations', description: 'The places where photographs are taken.' },
  { name: 'access', description: 'Who may call, and what was done: API keys and the audit log.' },
  { name: 'problems', description: 'The kinds of errors, explained.' },
  { name: 'operation', description: 'For those who run the service.' },
];
