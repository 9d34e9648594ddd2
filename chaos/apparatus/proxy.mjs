import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** @typedef {'pass' | 'delay' | 'stall' | 'reset' | 'refuse'} Mode */

/**
 * A network that can be broken, between a client and a port of this machine.
 *
 * `delay` keeps every piece for 100 to 300 ms; `stall` takes everything and hands on nothing, and what it has
 * taken arrives when it ends; `reset` breaks every connection, also new ones; `refuse` does not listen.
 */
export class Proxy {
  /** @type {Mode} */
  #mode = 'pass';
  /** @type {Set<import('node:net').Socket>} */
  #sockets = new Set();
  /** @type {(() => void)[]} */
  #held = [];
  #server = createServer({ pauseOnConnect: true }, (socket) => this.#serve(socket));

  /** @param {number} target port @param {import('./dice.mjs').Dice} dice */
  constructor(target, dice) {
    this.target = target;
    this.dice = dice;
    this.port = 0;
  }

  /** @param {import('./workshop.mjs').Workshop} workshop */
  async listen(workshop) {
    workshop.later(() => this.#close());
    await this.#listen();
  }

  /** @param {Mode} mode */
  async become(mode) {
    if (this.#mode === 'refuse' && mode !== 'refuse') await this.#listen();
    this.#mode = mode;
    if (mode === 'refuse') await this.#close();
    if (mode === 'reset') this.#breakAll();
    if (mode !== 'stall') for (const release of this.#held.splice(0)) release();
  }

  async #listen() {
    await once(this.#server.listen(this.port, '127.0.0.1'), 'listening');
    this.port = /** @type {import('node:net').AddressInfo} */ (this.#server.address()).port;
  }

  #breakAll() {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  async #close() {
    this.#breakAll();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  /** @param {import('node:net').Socket} near */
  #serve(near) {
    if (this.#mode === 'reset') {
      near.resetAndDestroy();
      return;
    }
    const far = connect({ host: '127.0.0.1', port: this.target, noDelay: true });
    near.setNoDelay(true);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ]) {
      this.#sockets.add(from);
      from.on('error', () => undefined);
      from.on('data', (data) => this.#carry(from, () => to.write(data)));
      from.once('end', () => this.#carry(from, () => to.end()));
      // A closed connection's kernel goes on sending what was written to it: COMMIT may arrive after its
      // sender has gone (RFC 9293, section 3.6).
      from.once('close', () => {
        this.#sockets.delete(from);
        if (this.#mode === 'stall') this.#held.push(() => to.end());
        else to.destroySoon();
      });
    }
    near.resume();
  }

  /** Hands something on, in order: the next piece is not read before. */
  #carry(from, hand) {
    const go = () => {
      hand();
      from.resume();
    };
    from.pause();
    if (this.#mode === 'stall') this.#held.push(go);
    else if (this.#mode === 'delay') setTimeout(go, this.dice.between(100, 300));
    else go();
  }
}
