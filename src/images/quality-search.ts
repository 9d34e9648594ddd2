/**
 * The encoding with the best quality whose bytes are few enough: by halving, as sizes grow with qualities.
 * @param encode at a quality, 1 to 100
 * @returns undefined if even the worst has too many; `fewest` tells how many that takes
 */
export async function bestWithin(
  maxBytes: number,
  bestQuality: number,
  encode: (quality: number) => Promise<Buffer>,
): Promise<{ data?: Buffer; fewest: number }> {
  const best = await encode(bestQuality);
  if (best.length <= maxBytes) return { data: best, fewest: best.length };
  let data: Buffer | undefined;
  let fewest = best.length;
  let [low, high] = [1, bestQuality - 1];
  while (low <= high) {
    // The worst one first: where it is too much, there is no need to look for more.
    const quality = data ? Math.ceil((low + high) / 2) : low;
    const encoded = await encode(quality);
    fewest = Math.min(fewest, encoded.length);
    if (encoded.length <= maxBytes) {
      data = encoded;
      low = quality + 1;
    } else if (!data) {
      break;
    } else {
      high = quality - 1;
    }
  }
  return { data, fewest };
}
