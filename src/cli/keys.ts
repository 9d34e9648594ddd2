import 'reflect-metadata';
import { loadEnvironment } from '../config/load-environment.js';
import { keysCommand } from './keys-command.js';

// npm run keys
process.exitCode = await keysCommand(process.argv.slice(2), process, loadEnvironment);
