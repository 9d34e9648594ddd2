import { type DynamicModule, Module } from '@nestjs/common';
import { AccessModule } from './access/access.module.js';
import { AnnotationsModule } from './annotations/annotations.module.js';
import { CommentsModule } from './comments/comments.module.js';
import { ConfigModule } from './config/config.module.js';
import type { Environment } from './config/environment.js';
import { DatabaseModule } from './database/database.module.js';
import { DocumentationModule } from './documentation/documentation.module.js';
import { HealthModule } from './health/health.module.js';
import { HttpModule } from './http/http.module.js';
import { IiifModule } from './iiif/iiif.module.js';
import { ImagesModule } from './images/images.module.js';
import { LocationsModule } from './locations/locations.module.js';
import { MetricsModule } from './metrics/metrics.module.js';
import { ReviewModule } from './review/review.module.js';
import { SCHEMA } from './schema.js';
import { StorageModule } from './storage/storage.module.js';
import { UsersModule } from './users/users.module.js';
import type { PrimaryLine } from './workers/primary-line.js';
import { WorkersModule } from './workers/workers.module.js';

/** The table of contents. */
@Module({})
export class AppModule {
  /** @param line of a worker to the primary, if there are several processes */
  static with(environment: Environment, line?: PrimaryLine): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(environment),
        WorkersModule.with(line),
        MetricsModule,
        DatabaseModule.with(SCHEMA),
        StorageModule,
        HttpModule,
        AccessModule,
        HealthModule,
        DocumentationModule,
        UsersModule,
        LocationsModule,
        AnnotationsModule,
        ImagesModule,
        ReviewModule,
        CommentsModule,
        IiifModule,
      ],
    };
  }
}
