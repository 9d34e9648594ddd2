import type { DataSource } from 'typeorm';

/** The id that the document's examples name. */
const EXAMPLE_ID = '0198f2c4-7b1e-7c3a-9d52-3f6a1c0e8b47';

/** Gives the only comment there is the id of the examples: the server makes ids, and examples can name only one. */
export async function nameComment(dataSource: DataSource): Promise<void> {
  await dataSource.query('UPDATE comments SET id = $1', [EXAMPLE_ID]);
}
