import 'reflect-metadata';
import { loadEnvironment } from '../config/load-environment.js';
import { cacheCommand } from './cache-command.js';

// npm run cache
process.exitCode = await cacheCommand(process.argv.slice(2), process, loadEnvironment);
