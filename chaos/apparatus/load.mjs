import { setTimeout as sleep } from 'node:timers/promises';
import { change, create, pathTo, purge } from './deeds.mjs';
import { ask, codeOf, jsonOf, NoAnswer } from './http.mjs';
import { appearance, faultOfFile, look, stateOf } from './observe.mjs';

/** @typedef {import('./deeds.mjs').Deed} Deed */

const LEAST_UPLOAD_BYTES = 50_000;
const UPLOAD_MS = 1_000;
const READS = 0.2;
const CREATIONS = 0.35;
// A client that is refused tries something else a little later.
const AFTER_REFUSAL_MS = 400;

/**
 * Clients that create, change, delete and read images until they are told to stop. Each has images of its
 * own, so that it always knows what must be there.
 */
export class Load {
  #isOver = true;
  /** @type {Promise<unknown>} */
  #working = Promise.resolve();
  #round = 0;
  /** What is in doubt, to be repeated. @type {Map<string, Deed>} */
  unfinished = new Map();
  /** Keys of images that were changed since this was cleared. @type {Set<string>} */
  touched = new Set();
  /** When each request that is under way was sent. @type {Map<symbol, number>} */
  underWay = new Map();

  /**
   * @param {object} tools
   * @param {import('./service.mjs').Service} tools.service
   * @param {import('./diary.mjs').Diary} tools.diary
   * @param {import('./tally.mjs').Tally} tools.tally
   * @param {import('./dice.mjs').Dice} tools.dice
   * @param {import('./pictures.mjs').Pictures} tools.pictures
   * @param {number} [tools.clients]
   * @param {number} [tools.images] that each client keeps at most
   * @param {(why: string, sentAt: number) => void} [tools.unanswered] is told of requests without an answer
   * @param {number} [tools.refusedWithinMs] a 503 must come within that time
   */
  constructor({ service, diary, tally, dice, pictures, clients = 6, images = 15, ...rest }) {
    Object.assign(this, { service, diary, tally, pictures, clients, images });
    this.unanswered = rest.unanswered ?? (() => undefined);
    this.refusedWithinMs = rest.refusedWithinMs ?? Infinity;
    this.dices = Array.from({ length: clients }, () => dice.fork());
  }

  start() {
    this.#isOver = false;
    this.#round += 1;
    this.#working = Promise.all(this.dices.map((dice, client) => this.#work(dice, `c${client}`)));
  }

  /** Lets what is under way come to its end. */
  async stop() {
    this.#isOver = true;
    await this.#working;
  }

  /** @param {import('./dice.mjs').Dice} dice @param {string} client */
  async #work(dice, client) {
    for (let number = 0; !this.#isOver; number += 1) {
      const { byKey } = this.diary.expectations;
      const mine = [...byKey].filter(([key, { doubt }]) => !doubt && key.startsWith(`${client}/`));
      if (mine.length > 0 && dice.chance(READS)) {
        const [key, { state }] = dice.pick(mine);
        await this.#read(dice, key, state);
        continue;
      }
      const key = `${client}/round-${this.#round}/${number}`;
      await this.#do(this.#next(dice, key, mine));
    }
  }

  /** @returns {Deed} */
  #next(dice, newKey, mine) {
    if (mine.length > this.images) return purge(dice.pick(mine)[0]);
    if (mine.length === 0 || dice.chance(CREATIONS)) return create(dice, newKey, this.pictures);
    const [key, { state }] = dice.pick(mine);
    return change(dice, key, state, this.pictures);
  }

  /** Sends one deed and writes down what becomes of it. @param {Deed} deed */
  async #do(deed) {
    const { kind, key, question, after } = deed;
    const number = await this.diary.sends({ key, kind, after });
    this.touched.add(key);
    this.unfinished.set(key, deed);
    const answer = await this.#ask(kind, question);
    if (answer === 'refused') {
      await this.diary.settled(number, false);
      this.unfinished.delete(key);
    }
    if (typeof answer !== 'object') return;
    if (deed.done.includes(answer.status)) {
      const fault = faultOfAnswer(deed, answer);
      if (fault) this.tally.violate(fault);
      await this.diary.acknowledged(number, answer.status);
      this.unfinished.delete(key);
      this.tally.count(`acknowledged: ${kind}`);
    } else if (!(await this.#refused(kind, answer))) {
      this.tally.violate(
        `${kind} of ${key}: ${answer.status} ${answer.body.toString('utf8', 0, 300)}`,
      );
    }
  }

  /** Reads what was acknowledged. */
  async #read(dice, key, state) {
    const answer = await this.#ask('read', { path: pathTo(key) });
    if (typeof answer !== 'object') return;
    const expected = state.trashed ? 404 : 200;
    if (answer.status !== expected) {
      if (await this.#refused('read', answer)) return;
      this.tally.violate(`GET ${key}: ${answer.status} instead of ${expected}`);
    } else if (expected === 200 && !look(stateOf(jsonOf(answer), false), state)) {
      this.tally.violate(`GET ${key}: ${answer.body} instead of ${appearance(state)}`);
    } else {
      this.tally.count('read: right');
      if (state.file && !state.trashed && dice.chance(0.5)) await this.#readFile(dice, key, state);
    }
  }

  async #readFile(dice, key, state) {
    if (dice.chance(0.3)) {
      const answer = await this.#ask('rendition', { path: pathTo(key, '/file?scale=0.25') });
      if (typeof answer !== 'object') return;
      if (answer.status === 200) this.tally.count('rendition: answered');
      else if (!(await this.#refused('rendition', answer)))
        this.tally.violate(`rendition of ${key}: ${answer.status} ${answer.body}`);
      return;
    }
    try {
      const fault = await faultOfFile(this.service.port, key, state);
      if (fault === undefined) this.tally.count('file read: right');
      else if (/^503 /.test(fault)) this.tally.count('file read: 503');
      else this.tally.violate(`the file of ${key}: ${fault}`);
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.tally.count(`file read: no answer, ${error.why}`);
    }
  }

  /**
   * @returns {Promise<import('./http.mjs').Answer | 'refused' | undefined>} `refused` when nobody listened,
   *   undefined when there was no answer for another reason
   */
  async #ask(kind, question) {
    const ticket = Symbol(kind);
    const sentAt = performance.now();
    this.underWay.set(ticket, sentAt);
    try {
      const answer = await ask(this.service.port, question);
      if (answer.status === 503) this.#timeRefusal(question, answer.ms);
      return answer;
    } catch (error) {
      if (!(error instanceof NoAnswer)) throw error;
      this.tally.count(`no answer: ${error.why}`);
      this.unanswered(`${kind}: ${error.why}`, sentAt);
      await sleep(AFTER_REFUSAL_MS);
      return error.why === 'ECONNREFUSED' ? 'refused' : undefined;
    } finally {
      this.underWay.delete(ticket);
    }
  }

  /** A picture is received and looked at before the database is asked: that takes time of its own. */
  #timeRefusal({ body }, ms) {
    const isUpload = body && body.length > LEAST_UPLOAD_BYTES;
    const most = this.refusedWithinMs + (isUpload ? UPLOAD_MS : 0);
    this.tally.timeWithin(isUpload ? 'upload answered 503 after' : 'answered 503 after', ms, most);
  }

  /** Whether it is one of the refusals that trouble of the machine may bring: 503 and 507. */
  async #refused(kind, answer) {
    const { status, headers } = answer;
    if (status !== 503 && status !== 507) return false;
    this.tally.count(`refused: ${status} ${codeOf(answer)}`);
    if (status === 503 && !/^\d+$/.test(String(headers['retry-after'])))
      this.tally.violate(`${kind}: 503 without Retry-After`);
    await sleep(AFTER_REFUSAL_MS);
    return true;
  }
}

/** What an acknowledgement says that is not what was asked for. @param {Deed} deed @param {import('./http.mjs').Answer} answer */
export function faultOfAnswer({ kind, key, after, done }, answer) {
  if (answer.status === 204 || !done.includes(answer.status) || !after) return undefined;
  const body = jsonOf(answer);
  if (kind === 'annotate')
    return body.index === after.highest
      ? undefined
      : `${key} gave ${body.index}, not ${after.highest}`;
  if (!('annotations' in body)) return undefined;
  if (look(stateOf(body, false), after)) return undefined;
  return `${kind} of ${key} was answered ${answer.body} instead of ${appearance(after)}`;
}
