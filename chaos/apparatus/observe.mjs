import { createHash } from 'node:crypto';
import { pathTo } from './deeds.mjs';
import { ask, jsonOf } from './http.mjs';

/** @typedef {import('./diary.mjs').State} State */

/** All images that the service shows, in use and in the trash. @param {number} port @returns {Promise<Map<string, State>>} */
export async function observeAll(port) {
  const seen = new Map();
  for (const trashed of [false, true]) {
    /** @type {string | undefined} */
    let path = `/images?limit=200&sort=image_key&trash=${trashed}`;
    while (path) {
      const answer = await ask(port, { path });
      if (answer.status !== 200) throw new Error(`GET ${path}: ${answer.status} ${answer.body}`);
      for (const image of jsonOf(answer)) seen.set(image.image_key, stateOf(image, trashed));
      path = /^<([^>]+)>; rel="next"/.exec(String(answer.headers.link ?? ''))?.[1];
    }
  }
  return seen;
}

/** @param {any} image as the service sends it @param {boolean} trashed @returns {State} */
export function stateOf(image, trashed) {
  const annotations = image.annotations.map((/** @type {any} */ { index, ...annotation }) => [
    index,
    {
      instrument: annotation.instrument,
      token: annotation.attributes.token,
      points: annotation.polygon.points,
    },
  ]);
  const { file } = image;
  return {
    trashed,
    hardware: image.hardware_id,
    file: file && { sha256: file.sha256, bytes: file.bytes },
    annotations: Object.fromEntries(annotations),
    highest: NaN,
  };
}

/** Whether a client would see no difference. @param {State | null | undefined} one @param {State | null | undefined} other */
export function look(one, other) {
  return appearance(one) === appearance(other);
}

/** @param {State | null | undefined} state */
export function appearance(state) {
  if (!state) return 'nothing';
  const { trashed, hardware, file, annotations } = state;
  const marks = Object.entries(annotations)
    .sort(([a], [b]) => Number(a) - Number(b))
    .map(([index, { instrument, token, points }]) => [index, instrument, token, points]);
  return JSON.stringify([trashed, hardware, file && [file.sha256, file.bytes], marks]);
}

/** What is wrong with the picture that is served, if anything is. @param {number} port @param {string} key @param {State} state with a file */
export async function faultOfFile(port, key, { file }) {
  const answer = await ask(port, { path: pathTo(key, '/file') });
  if (answer.status !== 200) return `${answer.status} ${answer.body.toString('utf8', 0, 200)}`;
  const sha256 = createHash('sha256').update(answer.body).digest('hex');
  if (sha256 === file?.sha256) return undefined;
  return `${answer.body.length} bytes with the hash ${sha256}, sent were ${file?.bytes} with ${file?.sha256}`;
}
