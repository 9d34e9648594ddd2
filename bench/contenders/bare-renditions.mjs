import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import sharp from 'sharp';
import { drive } from '../apparatus/load.mjs';

// The limit of renditions: sharp, files and no service.

// The settings that make the most pictures a second when several are made at once.
sharp.cache(false);
sharp.concurrency(1);

/** @type {import('../delivery/works.mjs').Work[]} */
let works = [];
let begun = 0;

// startNode leaves the channel out of what keeps a process alive; here there is nothing else.
process.channel?.ref();
await once(process, 'message');
process.on('message', async ({ plan, works: given }) => {
  if (given) {
    works = given;
    begun = 0;
    process.send?.({});
    return;
  }
  // More at once than there are cores gain nothing.
  const concurrency = Math.min(plan.concurrency, availableParallelism());
  const speed = await drive({ ...plan, concurrency }, async () => {
    const { picture, width, height, format, settings } = works[begun++ % works.length];
    const data = await sharp(picture.path)
      .autoOrient()
      .resize(width, height, { fit: 'fill' })
      .toFormat(format, settings)
      .toBuffer();
    if (data.length < 500) throw new Error('That is no picture.');
  });
  process.send?.(speed);
});
process.send?.({});
