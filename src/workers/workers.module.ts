import { type DynamicModule, Global, Module } from '@nestjs/common';
import { PrimaryLine } from './primary-line.js';

/** Gives everybody the line to the primary, in a worker; elsewhere there is none. */
@Global()
@Module({})
export class WorkersModule {
  static with(line: PrimaryLine | undefined): DynamicModule {
    const providers = line ? [{ provide: PrimaryLine, useValue: line }] : [];
    return { module: WorkersModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
