import { availableParallelism } from 'node:os';
import { Environment } from '../config/environment.js';

/** The least that a worker can work with: one connection for a request, and one beside it. */
const FEWEST_CONNECTIONS = 2;
const MOST_WORKERS = 64;
/** Of each worker beside those of requests: readiness, two for what others change, and two to tidy up. */
const OTHER_CONNECTIONS = 5;

/** How many processes answer requests. */
export function workersOf({ workers }: Pick<Environment, 'workers'>): number {
  return workers === 'auto' ? Math.min(availableParallelism(), MOST_WORKERS) : Number(workers);
}

/**
 * The settings of one worker of several: what bounds memory and connections of the service is divided, and one of
 * them tidies up for all.
 * @param number of the worker, from 1 on
 */
export function shareOf(environment: Environment, number: number): Environment {
  const workers = workersOf(environment);
  const part = (whole: number) => Math.floor(whole / workers);
  return Object.assign(new Environment(), environment, {
    databasePoolSize: connectionsOf(environment),
    hotCacheBytes: part(environment.hotCacheBytes),
    pictureDirectoryEntries: part(environment.pictureDirectoryEntries),
    upkeepIntervalS: number === 1 ? environment.upkeepIntervalS : 0,
  });
}

/** The most connections that all workers have together. */
export function allConnectionsOf(environment: Environment): number {
  return workersOf(environment) * (connectionsOf(environment) + OTHER_CONNECTIONS);
}

function connectionsOf(environment: Environment): number {
  const share = Math.floor(environment.databasePoolSize / workersOf(environment));
  return Math.max(FEWEST_CONNECTIONS, share);
}
