import { Global, Module } from '@nestjs/common';
import { APP_GUARD, DiscoveryModule } from '@nestjs/core';
import { AccessGuard } from './access.guard.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysRepository } from './api-keys.repository.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuditLogController } from './audit-log.controller.js';
import { AuditLogRepository } from './audit-log.repository.js';
import { AuditLog } from './audit-log.service.js';
import { Authenticator } from './authenticator.js';
import { DeclaredAccess } from './declared-access.js';
import { FileAddresses } from './file-addresses.service.js';
import { PictureGate } from './picture-gate.service.js';
import { ReadingGate } from './reading-gate.service.js';
import { RateLimits } from './rate-limits.js';
import { TokenVerifier } from './token-verifier.js';

/** Who is calling, what they may do, and what they did. */
@Global()
@Module({
  imports: [DiscoveryModule],
  controllers: [ApiKeysController, AuditLogController],
  providers: [
    ApiKeysRepository,
    ApiKeysService,
    TokenVerifier,
    Authenticator,
    FileAddresses,
    AuditLogRepository,
    AuditLog,
    DeclaredAccess,
    RateLimits,
    PictureGate,
    ReadingGate,
    { provide: APP_GUARD, useClass: AccessGuard },
  ],
  exports: [FileAddresses, PictureGate, ReadingGate, AuditLog, ApiKeysService],
})
export class AccessModule {}
