import sharp from 'sharp';

/**
 * Has this process's sharp encode at this quality, whatever it is told otherwise. Nothing is cached.
 *
 * @param {number} quality 1 to 100
 */
export function encodeAt(quality) {
  sharp.cache(false);
  const { toFormat } = sharp.prototype;
  sharp.prototype.toFormat = function (format, options) {
    return toFormat.call(this, format, { ...options, quality });
  };
}
