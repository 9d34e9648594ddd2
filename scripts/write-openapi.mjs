// Writes the OpenAPI document of the built service to a file. Nothing is connected to and nothing listens:
// Nest only looks at the modules.
//
//   node scripts/write-openapi.mjs dist/openapi.json
import 'reflect-metadata';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { NestFactory } from '@nestjs/core';
import { AppModule } from '../dist/src/app.module.js';
import { Environment } from '../dist/src/config/environment.js';
import { openApiDocument } from '../dist/src/documentation/openapi-document.js';

const path = process.argv[2];
if (!path) {
  console.error('Usage: node scripts/write-openapi.mjs <openapi.json>');
  process.exit(2);
}

const environment = new Environment();
const app = await NestFactory.create(AppModule.with(environment), {
  preview: true,
  abortOnError: false,
  logger: ['error'],
});
const document = openApiDocument(app, environment);
mkdirSync(dirname(resolve(path)), { recursive: true });
writeFileSync(path, `${JSON.stringify(document, null, 2)}\n`);
console.log(`${path}: ${Object.keys(document.paths).length} paths`);
