import { Controller, Get, Header } from '@nestjs/common';
import { ApiOkResponse, ApiTags } from '@nestjs/swagger';
import { Public } from '../access/requires.decorator.js';
import { Refuses } from '../http/openapi.js';
import { HealthResponse } from './dto/health.response.js';
import { NotReady } from './health.errors.js';
import { HealthService } from './health.service.js';

@ApiTags('operation')
@Controller('health')
export class HealthController {
  constructor(private readonly health: HealthService) {}

  /**
   * Is the process alive?
   * @remarks Answered by the process alone: nothing else is asked. Restart it when this fails.
   */
  @Public({ isCounted: false })
  @Get('live')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthResponse, description: 'It works.' })
  getLiveness(): HealthResponse {
    return { status: 'ok' };
  }

  /**
   * Is the service ready?
   * @remarks Whether database and storage answer, so that requests can be served.
   */
  @Public({ isCounted: false })
  @Get('ready')
  @Header('Cache-Control', 'no-store')
  @ApiOkResponse({ type: HealthResponse, description: 'They answer.' })
  @Refuses('not-ready')
  async getReadiness(): Promise<HealthResponse> {
    const failing = await this.health.failing();
    if (failing.length > 0) throw new NotReady(failing);
    return { status: 'ok' };
  }
}
