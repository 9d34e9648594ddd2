import 'reflect-metadata';
import { loadEnvironment } from '../config/load-environment.js';
import { verifyCommand } from './verify-command.js';

// npm run verify
process.exitCode = await verifyCommand(process.argv.slice(2), process, loadEnvironment);
