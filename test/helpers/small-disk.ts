import { execFileSync } from 'node:child_process';

/** A file system of a test's own that is soon full. */
export interface SmallDisk {
  /** Makes it as large and as writable as it takes for writes to succeed again. */
  enlarge(): void;
  makeReadOnly(): void;
  unmount(): void;
}

/**
 * Mounts a small file system in memory on a folder that exists. Durability cannot be its subject.
 * @param options of tmpfs, such as `size=2m` or `nr_inodes=100`
 */
export function mountSmallDisk(folder: string, options: string): SmallDisk {
  try {
    run('mount', '-t', 'tmpfs', '-o', options, 'tmpfs', folder);
  } catch (error) {
    throw new Error(
      `This spec mounts a small disk, which only root may: ${(error as Error).message}`,
      { cause: error },
    );
  }
  return {
    enlarge: () => run('mount', '-o', 'remount,rw,size=200m,nr_inodes=100000', folder),
    makeReadOnly: () => run('mount', '-o', 'remount,ro', folder),
    unmount: () => run('umount', '--lazy', folder),
  };
}

function run(...[command, ...args]: [string, ...string[]]): void {
  execFileSync(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}
