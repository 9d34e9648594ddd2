import sharp from 'sharp';

/**
 * Has this process's sharp encode with these settings, whatever it is told otherwise: neither peer lets its
 * users choose them all, and only the same work can be compared. Nothing is cached.
 *
 * @param {Record<string, object>} settings for each format
 */
export function tellEncoders(settings) {
  sharp.cache(false);
  const { toFormat } = sharp.prototype;
  sharp.prototype.toFormat = function (format, options) {
    const told = settings[format === 'jpg' ? 'jpeg' : format];
    return toFormat.call(this, format, { ...options, ...told });
  };
}
