import { once } from 'node:events';
import { createServer } from 'node:http';
import { createIPX, createIPXNodeServer, ipxFSStorage } from 'ipx';
import { encodeAt } from './quality.mjs';

// ipx as its README has it: its Node.js server over a folder.

process.channel?.ref();
const [{ directory, quality }] = await once(process, 'message');
encodeAt(quality);
const ipx = createIPX({ storage: ipxFSStorage({ dir: directory }) });
const server = createServer(createIPXNodeServer(ipx));
await once(server.listen(0, '127.0.0.1'), 'listening');
process.send?.({ port: server.address().port });
