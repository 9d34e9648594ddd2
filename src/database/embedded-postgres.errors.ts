/**
 * The embedded PostgreSQL cannot be used, for a reason a person can do something about.
 *
 * The message is complete sentences that name the way out: print it and exit, without a stack.
 */
export class EmbeddedPostgresError extends Error {
  override readonly name = 'EmbeddedPostgresError';
}

/** A living process has the database open: work on its server, or wait until it ends. */
export class DirectoryInUse extends EmbeddedPostgresError {}
