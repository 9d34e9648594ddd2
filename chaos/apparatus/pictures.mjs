import { crc32 } from 'node:zlib';
import sharp from 'sharp';

// Large enough for the polygons of deeds.mjs, from about 200 kB to 3 MB.
const SIZES = /** @type {const} */ ([
  [640, 480, 'png'],
  [800, 600, 'jpeg'],
  [1600, 1200, 'jpeg'],
  [2400, 1800, 'jpeg'],
  [1000, 750, 'png'],
]);

/** Pictures that have something to compress in every pixel, and no two with the same bytes. */
export class Pictures {
  #count = 0;

  /** @param {Buffer[]} drawn @param {string} name that no other source of pictures has */
  constructor(drawn, name) {
    this.drawn = drawn;
    this.name = name;
  }

  /** @param {string} name */
  static async draw(name) {
    const drawn = await Promise.all(
      SIZES.map(([width, height, format]) => draw(width, height, format)),
    );
    return new Pictures(drawn, name);
  }

  /** @param {import('./dice.mjs').Dice} dice */
  next(dice) {
    this.#count += 1;
    return signed(dice.pick(this.drawn), `${this.name} ${this.#count}`);
  }

  /** The one of fewest bytes. */
  small() {
    this.#count += 1;
    const [least] = this.drawn.toSorted((a, b) => a.length - b.length);
    return signed(/** @type {Buffer} */ (least), `${this.name} ${this.#count}`);
  }
}

/** @param {number} width @param {number} height @param {'png' | 'jpeg'} format */
function draw(width, height, format) {
  const noise = /** @type {const} */ ({ type: 'gaussian', mean: 128, sigma: 25 });
  const picture = sharp({ create: { width, height, channels: 3, background: '#808080', noise } });
  return (
    format === 'png' ? picture.png({ compressionLevel: 1 }) : picture.jpeg({ quality: 85 })
  ).toBuffer();
}

/** The same picture with a comment inside. @param {Buffer} file @param {string} comment */
function signed(file, comment) {
  if (file[0] === 0xff) {
    const head = Buffer.from([0xff, 0xfe, 0, comment.length + 2]);
    return Buffer.concat([file.subarray(0, 2), head, Buffer.from(comment), file.subarray(2)]);
  }
  const body = Buffer.from(`tEXtComment\0${comment}`, 'latin1');
  const chunk = Buffer.alloc(8 + body.length);
  chunk.writeUInt32BE(body.length - 4, 0);
  body.copy(chunk, 4);
  chunk.writeUInt32BE(crc32(body), 4 + body.length);
  // Behind the signature and the header: 8 + 25 bytes.
  return Buffer.concat([file.subarray(0, 33), chunk, file.subarray(33)]);
}
