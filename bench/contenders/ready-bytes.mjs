import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';

// A file from memory by node:http and nothing else, with an entity tag.

const ETAG = '"ready"';

process.channel?.ref();
const [{ path }] = await once(process, 'message');
const bytes = await readFile(path);
const server = createServer((request, response) => {
  if (request.headers['if-none-match'] === ETAG) {
    response.writeHead(304, { ETag: ETAG }).end();
    return;
  }
  response.writeHead(200, {
    'Content-Type': 'image/jpeg',
    'Content-Length': bytes.length,
    ETag: ETAG,
  });
  response.end(bytes);
});
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.({ port: server.address().port });
