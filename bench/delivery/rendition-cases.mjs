/** @typedef {import('./pictures.mjs').Kind} Kind */
/**
 * @typedef {object} RenditionCase
 * @property {Exclude<Kind, 'large'>} kind
 * @property {number} scale
 * @property {import('./works.mjs').Format} format
 * @property {number} clients
 * @property {boolean} hasPeers
 * @property {number} [bound] the least ratio to the bare pipeline
 * @property {Record<string, number>} against the least ratios to peers
 */

const SCALES = [0.5, 0.25, 0.1];
const FORMATS = /** @type {const} */ (['jpeg', 'webp', 'avif']);
const KINDS = /** @type {const} */ (['jpeg', 'png', 'small']);
const CLIENTS = [1, 2, 8, 32];
/** Those of a 12-megapixel JPEG, to JPEG, for so many clients. */
const BOUNDS = new Map([
  [0.5, 0.9],
  [0.25, 0.9],
  [0.1, 0.88],
]);
const BOUND_CLIENTS = 8;
/** Everywhere. */
const AGAINST = { ipx: 1.15, 'iiif-processor': 1.2, 'nginx image_filter': 4 };

/**
 * The cases of a quick run: all that has a bound of its own, and every format, picture and number of clients
 * at least once; or every combination of them, with all peers.
 *
 * @param {boolean} isFull
 */
export function casesOf(isFull) {
  return isFull ? everything() : quick();
}

/** @returns {RenditionCase[]} */
function everything() {
  return KINDS.flatMap((kind) =>
    FORMATS.flatMap((format) =>
      SCALES.flatMap((scale) =>
        CLIENTS.map((clients) => caseOf(kind, scale, format, clients, true)),
      ),
    ),
  );
}

/** @returns {RenditionCase[]} */
function quick() {
  return [
    ...SCALES.map((scale) => caseOf('jpeg', scale, 'jpeg', BOUND_CLIENTS, true)),
    ...CLIENTS.filter((clients) => clients !== BOUND_CLIENTS).map((clients) =>
      caseOf('jpeg', 0.25, 'jpeg', clients, false),
    ),
    caseOf('jpeg', 0.25, 'webp', BOUND_CLIENTS, false),
    caseOf('jpeg', 0.25, 'avif', BOUND_CLIENTS, false),
    caseOf('png', 0.25, 'jpeg', BOUND_CLIENTS, true),
    caseOf('small', 0.5, 'jpeg', BOUND_CLIENTS, true),
  ];
}

/**
 * @param {RenditionCase['kind']} kind
 * @param {number} scale
 * @param {RenditionCase['format']} format
 * @param {number} clients
 * @param {boolean} hasPeers
 * @returns {RenditionCase}
 */
function caseOf(kind, scale, format, clients, hasPeers) {
  const isBound = kind === 'jpeg' && format === 'jpeg' && clients === BOUND_CLIENTS;
  const bound = isBound ? BOUNDS.get(scale) : undefined;
  return { kind, scale, format, clients, hasPeers, bound, against: AGAINST };
}
