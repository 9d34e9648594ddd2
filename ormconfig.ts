import { DataSource } from 'typeorm';
import { dataSourceOptions } from './src/database/data-source-options.js';
import { SCHEMA } from './src/schema.js';

// For TypeORM's command line, which needs a database of its own: see CONTRIBUTING.md.
export default new DataSource(dataSourceOptions(process.env.DATABASE_URL ?? '', SCHEMA));
