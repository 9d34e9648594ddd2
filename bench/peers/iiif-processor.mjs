import { once } from 'node:events';
import { createReadStream } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { Processor } from 'iiif-processor';
import { encodeAt } from './quality.mjs';

// iiif-processor behind node:http, as its README has it.

process.channel?.ref();
const [{ directory, quality }] = await once(process, 'message');
encodeAt(quality);
const open = ({ id }) => createReadStream(join(directory, id));
const server = createServer(async (request, response) => {
  try {
    const url = `http://${request.headers.host}${request.url}`;
    const result = await new Processor(url, open).execute();
    if (result.type !== 'content') throw new Error(`It answers with ${result.type}.`);
    response.writeHead(200, {
      'Content-Type': result.contentType,
      'Content-Length': result.body.length,
    });
    response.end(result.body);
  } catch (error) {
    const text = String(error);
    response.writeHead(500, { 'Content-Length': Buffer.byteLength(text) }).end(text);
  }
});
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.({ port: server.address().port });
