import { createHash } from 'node:crypto';
import { formQuestion, jsonQuestion } from './http.mjs';

/** @typedef {import('./diary.mjs').State} State */
/** @typedef {import('./diary.mjs').Mark} Mark */
/** @typedef {import('./dice.mjs').Dice} Dice */
/** @typedef {import('./pictures.mjs').Pictures} Pictures */
/**
 * @typedef {object} Deed one request, and what it makes of an image
 * @property {string} kind
 * @property {string} key
 * @property {import('./http.mjs').Question} question
 * @property {number[]} done the statuses that acknowledge it
 * @property {State | null} after
 * @property {boolean} [mayRepeat] an equal request once more is answered 201 or 200
 */

const INSTRUMENTS = ['needle holder', 'mayo scissors', 'kocher clamp', 'retractor', 'towel clamp'];
const WEIGHTS = {
  putFile: 14,
  removeFile: 3,
  annotate: 24,
  replaceAnnotation: 16,
  saveSet: 12,
  removeAnnotation: 8,
  patch: 10,
  trash: 6,
  purge: 7,
};

/** @param {string} key */
export function pathTo(key, below = '') {
  return `/images/${encodeURIComponent(key)}${below}`;
}

/** A new image, two thirds of them with a photograph. @param {Dice} dice @param {string} key @param {Pictures} pictures @returns {Deed} */
export function create(dice, key, pictures) {
  const marks = Array.from({ length: dice.between(0, 3) }, () => newMark(dice));
  const file = dice.chance(0.67) ? pictures.next(dice) : undefined;
  const hardware = `camera ${dice.between(1, 999_999)}`;
  const metadata = {
    image_key: key,
    client_id: 'chaos',
    created_at: '2026-03-01T08:30:00Z',
    hardware_id: hardware,
    annotations: marks.map(wireOf),
  };
  return {
    kind: file ? 'upload' : 'record',
    key,
    question: file ? formQuestion(metadata, file) : jsonQuestion('POST', '/images', metadata),
    done: [201, 200],
    after: {
      trashed: false,
      hardware,
      file: file ? stampOf(file) : null,
      annotations: { ...marks },
      highest: marks.length - 1,
    },
    mayRepeat: true,
  };
}

/**
 * Something that can be done to an image in this state.
 *
 * @param {Dice} dice
 * @param {string} key
 * @param {State} state
 * @param {Pictures} pictures
 * @returns {Deed}
 */
export function change(dice, key, state, pictures) {
  if (state.trashed) return dice.chance(0.6) ? restore(key, state) : purge(key);
  const indexes = Object.keys(state.annotations).map(Number);
  const { replaceAnnotation, removeAnnotation, removeFile, ...always } = WEIGHTS;
  const possible = {
    ...always,
    ...(indexes.length > 0 ? { replaceAnnotation, removeAnnotation } : {}),
    ...(state.file ? { removeFile } : {}),
  };
  const kind = dice.weighed(possible);
  switch (kind) {
    case 'putFile':
      return putFile(key, state, pictures.next(dice));
    case 'removeFile':
      return deed(kind, key, jsonQuestion('DELETE', pathTo(key, '/file')), [204], {
        ...state,
        file: null,
      });
    case 'annotate':
      return annotate(key, state, newMark(dice));
    case 'replaceAnnotation':
      return replaceMark(key, state, dice.pick(indexes), newMark(dice));
    case 'saveSet':
      return saveSet(dice, key, state, indexes);
    case 'removeAnnotation':
      return removeMark(key, state, dice.pick(indexes));
    case 'patch':
      return patch(key, state, `camera ${dice.between(1, 999_999)}`);
    case 'trash':
      return deed(kind, key, jsonQuestion('DELETE', pathTo(key)), [204], {
        ...state,
        trashed: true,
      });
    default:
      return purge(key);
  }
}

/** @param {string} key @returns {Deed} */
export function purge(key) {
  return deed('purge', key, jsonQuestion('DELETE', pathTo(key, '?purge=true')), [204], null);
}

/** @param {string} key @param {State} state @param {Buffer} file @returns {Deed} */
function putFile(key, state, file) {
  const headers = { 'content-type': 'application/octet-stream' };
  const question = { method: 'PUT', path: pathTo(key, '/file'), headers, body: file };
  return deed('putFile', key, question, [200, 201], { ...state, file: stampOf(file) });
}

/** @param {string} key @param {State} state @param {Mark} mark */
function annotate(key, state, mark) {
  const index = state.highest + 1;
  const question = jsonQuestion('POST', pathTo(key, '/annotations'), wireOf(mark));
  const annotations = { ...state.annotations, [index]: mark };
  return deed('annotate', key, question, [201], { ...state, annotations, highest: index });
}

/** @param {string} key @param {State} state @param {number} index @param {Mark} mark */
function replaceMark(key, state, index, mark) {
  const question = jsonQuestion('PUT', pathTo(key, `/annotations/${index}`), wireOf(mark));
  const annotations = { ...state.annotations, [index]: mark };
  return deed('replaceAnnotation', key, question, [200], { ...state, annotations });
}

/** @param {string} key @param {State} state @param {number} index */
function removeMark(key, state, index) {
  const annotations = { ...state.annotations };
  delete annotations[index];
  const question = jsonQuestion('DELETE', pathTo(key, `/annotations/${index}`));
  return deed('removeAnnotation', key, question, [204], { ...state, annotations });
}

/** Keeps some annotations as they are, changes some, drops some, adds one. @param {Dice} dice @param {string} key @param {State} state @param {number[]} indexes */
function saveSet(dice, key, state, indexes) {
  /** @type {Record<string, Mark>} */
  const annotations = {};
  for (const index of indexes.filter(() => dice.chance(0.8))) {
    const known = /** @type {Mark} */ (state.annotations[index]);
    annotations[index] = dice.chance(0.5) ? known : newMark(dice);
  }
  const sent = Object.entries(annotations).map(([index, mark]) => ({
    index: Number(index),
    ...wireOf(mark),
  }));
  const added = newMark(dice);
  const highest = state.highest + 1;
  const body = { annotations: [...sent, wireOf(added)] };
  return deed('saveSet', key, jsonQuestion('PUT', pathTo(key, '/annotations'), body), [200], {
    ...state,
    annotations: { ...annotations, [highest]: added },
    highest,
  });
}

/** @param {string} key @param {State} state @param {string} hardware */
function patch(key, state, hardware) {
  const question = jsonQuestion('PATCH', pathTo(key), { hardware_id: hardware });
  return deed('patch', key, question, [200], { ...state, hardware });
}

/** @param {string} key @param {State} state */
function restore(key, state) {
  const question = jsonQuestion('POST', pathTo(key, '/restore'));
  return deed('restore', key, question, [200], { ...state, trashed: false });
}

/** @param {string} kind @param {string} key @param {import('./http.mjs').Question} question @param {number[]} done @param {State | null} after @returns {Deed} */
function deed(kind, key, question, done, after) {
  return { kind, key, question, done, after };
}

/** Inside of every picture of pictures.mjs. @param {Dice} dice @returns {Mark} */
function newMark(dice) {
  const [x, y] = [dice.between(0, 400), dice.between(0, 300)];
  const [width, height] = [dice.between(10, 200), dice.between(10, 150)];
  const corners = [
    [x, y],
    [x + width, y + height],
  ];
  const ring = [
    [x, y],
    [x + width + 0.25, y],
    [x + width, y + height + 1 / 3],
  ];
  const token = dice.between(0, 0xffff_ffff).toString(36);
  return { instrument: dice.pick(INSTRUMENTS), token, points: dice.chance(0.5) ? corners : ring };
}

/** @param {Mark} mark */
function wireOf({ instrument, token, points }) {
  return { instrument, polygon: { points }, attributes: { token } };
}

/** @param {Buffer} file */
function stampOf(file) {
  return { sha256: createHash('sha256').update(file).digest('hex'), bytes: file.length };
}
