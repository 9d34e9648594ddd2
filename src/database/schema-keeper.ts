import type { Desk } from '../workers/desk.js';
import type { Topic } from '../workers/topic.js';
import {
  type Connections,
  type ConnectorOptions,
  DatabaseConnector,
} from './database-connector.js';

/** Answered when the schema is up to date. */
export const SCHEMA_IS_READY: Topic<null, true> = { name: 'schema-is-ready' };
/** Whether the first attempt to bring it up to date succeeded. */
export const FIRST_ATTEMPT: Topic<null, boolean> = { name: 'first-attempt' };

/** The primary answers no requests. */
const NO_CONNECTIONS: Connections = {
  isInitialized: false,
  initialize: () => Promise.resolve(),
  destroy: () => Promise.resolve(),
};

/**
 * The primary's part of the database: brings its schema up to date, for as long as that takes, and tells the
 * workers.
 */
export function keepSchema(desk: Desk, options: ConnectorOptions): DatabaseConnector {
  const keeper = new DatabaseConnector(NO_CONNECTIONS, options);
  desk.answers(SCHEMA_IS_READY, () => keeper.connected.then(() => true as const));
  desk.answers(FIRST_ATTEMPT, () => keeper.firstAttempt);
  keeper.onModuleInit();
  return keeper;
}
