import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { answerOf } from '../apparatus/laboratory.mjs';
import { driveServer } from '../apparatus/load.mjs';
import { exchangesOf, QUALITY } from './works.mjs';

/** @typedef {import('../apparatus/laboratory.mjs').Laboratory} Laboratory */
/** @typedef {import('./works.mjs').Work} Work */
/**
 * @typedef {object} Renderer a server that makes renditions
 * @property {'service' | 'ipx' | 'iiif' | 'nginx'} server
 * @property {string} name
 * @property {number | number[]} pid
 * @property {number} port
 * @property {(work: Work) => boolean} [can] whether it makes such a rendition; all by default
 */

const BARE = 'sharp in a loop';

/**
 * The service without any memory of what it made.
 *
 * @param {Laboratory} laboratory @param {string} databaseUrl
 */
export async function forgetfulService(laboratory, databaseUrl) {
  return laboratory.startService(databaseUrl, {
    RENDITION_CACHE_BYTES: '0',
    HOT_CACHE_BYTES: '0',
    INTERMEDIATES: 'off',
  });
}

/** @param {Laboratory} laboratory */
export async function startBare(laboratory) {
  const { child, pid } = await laboratory.startContender('bare-renditions.mjs', {});
  /** @param {Work[]} works that are done from now on, one after the other */
  const contenderFor = async (works) => {
    child.send({ works });
    await answerOf(child);
    const run = async (/** @type {import('../apparatus/load.mjs').Plan} */ plan) => {
      child.send({ plan });
      return answerOf(child);
    };
    return { name: BARE, pid, run };
  };
  return { contenderFor };
}

/**
 * The peers, as far as they are installed.
 *
 * @param {Laboratory} laboratory
 * @returns {Promise<Renderer[]>}
 */
export async function startPeers(laboratory) {
  const { directory } = laboratory;
  const order = { directory, quality: QUALITY };
  const ipx = await laboratory.startContender('../peers/ipx.mjs', order);
  const iiif = await laboratory.startContender('../peers/iiif-processor.mjs', order);
  const nginx = await laboratory.startContender('nginx.mjs', {
    directory: join(directory, 'nginx-image-filter'),
    // Each does one thing at a time, and connections stay with theirs: more than cores are none too many.
    workers: 2 * availableParallelism(),
    modules: ['ngx_http_image_filter_module'],
    server: `location ~ "^/(?<w>\\d+)x(?<h>\\d+)/(?<file>[\\w.-]+)$" {
      image_filter resize $w $h;
      image_filter_jpeg_quality ${QUALITY};
      image_filter_buffer 60M;
      alias ${directory}/$file;
    }`,
  });
  /** @type {Renderer[]} */
  const peers = [
    { server: 'ipx', name: 'ipx', pid: ipx.pid, port: ipx.ready.port },
    {
      server: 'iiif',
      name: 'iiif-processor',
      pid: iiif.pid,
      port: iiif.ready.port,
      can: ({ format }) => format !== 'avif',
    },
  ];
  const { missing, port, pids } = nginx.ready;
  if (missing) console.log(`\nnginx's image_filter is left out: ${missing} is missing.`);
  else
    peers.push({
      server: 'nginx',
      name: 'nginx image_filter',
      pid: pids,
      port,
      can: ({ format, picture }) => format === 'jpeg' && picture.file.endsWith('jpg'),
    });
  return peers;
}

/**
 * One that does works in turn, after each was looked at once.
 *
 * @param {Renderer} renderer
 * @param {Work[]} works
 */
export async function rendererFor({ server, name, pid, port }, works) {
  const exchanges = await exchangesOf(port, works, server);
  let asked = 0;
  return {
    name,
    pid,
    run: (/** @type {import('../apparatus/load.mjs').Plan} */ plan) =>
      driveServer(port, plan, () => /** @type {any} */ (exchanges[asked++ % exchanges.length])),
  };
}
