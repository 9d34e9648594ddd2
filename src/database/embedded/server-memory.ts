import { totalmem } from 'node:os';

const MB = 1_048_576;
const [LEAST_MB, MOST_MB] = [128, 2_048];
const MOST_WORK_MB = 16;

/**
 * What a database of millions of images is read with: PostgreSQL's own defaults are for the smallest machines, and for
 * disks that turn.
 * @param memory of the machine, or of the container, in bytes
 */
export function serverMemory(memory = memoryOfMachine()): Record<string, string | number> {
  // A part of it is Node.js's, which decodes pictures, and what is not in here is mostly in the system's cache.
  const sharedMb = Math.max(LEAST_MB, Math.min(MOST_MB, Math.floor(memory / 8 / MB)));
  const cachedMb = Math.max(2 * LEAST_MB, Math.floor(memory / 2 / MB));
  const workMb = Math.max(4, Math.min(MOST_WORK_MB, Math.floor(memory / 1_024 / MB)));
  return {
    shared_buffers: `${sharedMb}MB`,
    effective_cache_size: `${cachedMb}MB`,
    // Tables that are counted in are sorted and hashed in it; nothing else needs more than PostgreSQL's own default.
    work_mem: `${workMb}MB`,
    // Pages that lie apart cost about as much as neighbours; by default the planner reads whole tables instead.
    random_page_cost: 1.1,
  };
}

function memoryOfMachine(): number {
  const limit = process.constrainedMemory();
  return limit ? Math.min(limit, totalmem()) : totalmem();
}
