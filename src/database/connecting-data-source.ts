import { DataSource, type EntityMetadata, type EntityTarget, type QueryRunner } from 'typeorm';
import { DatabaseUnavailable } from './database-connection.errors.js';

/** A data source that may be used before it is connected: it then says that the database does not answer. */
export class ConnectingDataSource extends DataSource {
  /** @throws DatabaseUnavailable before it is connected */
  override createQueryRunner(mode?: 'master' | 'slave'): QueryRunner {
    this.assertConnected();
    return super.createQueryRunner(mode);
  }

  /** @throws DatabaseUnavailable before it is connected: TypeORM knows no entities then */
  override getMetadata(target: EntityTarget<unknown>): EntityMetadata {
    this.assertConnected();
    return super.getMetadata(target);
  }

  private assertConnected(): void {
    const cause = 'the service has not connected to it yet';
    if (!this.isInitialized) throw new DatabaseUnavailable({ cause: new Error(cause) });
  }
}
