import { Global, Module } from '@nestjs/common';
import { Environment } from '../config/environment.js';
import { Metrics } from './metrics.js';

/** Where every part of the service offers what it counts. */
@Global()
@Module({
  providers: [
    {
      provide: Metrics,
      inject: [Environment],
      useFactory: ({ metricsPort }: Environment) => new Metrics(metricsPort !== undefined),
    },
  ],
  exports: [Metrics],
})
export class MetricsModule {}
