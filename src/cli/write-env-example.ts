import { writeFile } from 'node:fs/promises';
import { environmentExample } from '../config/environment-example.js';

// npm run env:example: .env.example from the settings themselves. A test fails when it is out of date.
await writeFile('.env.example', environmentExample());
