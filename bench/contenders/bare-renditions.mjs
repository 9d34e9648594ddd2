import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import sharp from 'sharp';
import { drive } from '../apparatus/load.mjs';

// The limit of renditions.mjs: sharp, files and no service.

// The settings that make the most pictures a second when several are made at once.
sharp.cache(false);
sharp.concurrency(1);

// startNode leaves the channel out of what keeps a process alive; here there is nothing else.
process.channel?.ref();
const [{ paths }] = await once(process, 'message');
process.on('message', async ({ plan, width, height }) => {
  let made = 0;
  const speed = await drive(plan, async () => {
    const data = await sharp(paths[made++ % paths.length])
      .autoOrient()
      .resize(width, height)
      .jpeg({ quality: 75 })
      .toBuffer();
    if (data.length < 1_000) throw new Error('That is no picture.');
  });
  process.send?.(speed);
});
const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
process.send?.({ sizes });
