import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Post,
  Query,
  Req,
  type StreamableFile,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Request } from 'express';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import { Repeatable } from '../http/idempotency.js';
import { ListQuery } from '../http/list.query.js';
import {
  AnswersPage,
  AnswersUntagged,
  CreatesUntagged,
  Refuses,
  Removes,
} from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import { Reply } from '../http/reply.js';
import { IdPipe } from '../http/validation/path-parameters.js';
import { ApiKeysService } from './api-keys.service.js';
import type { Caller } from './caller.js';
import { ApiKeyResponse } from './dto/api-key.response.js';
import { CreateApiKeyRequest } from './dto/create-api-key.request.js';
import { CreatedApiKeyResponse } from './dto/created-api-key.response.js';
import { CurrentCaller, Requires } from './requires.decorator.js';

const BY_NAME = 'api-keys:name';

@ApiTags('access')
@Controller('api-keys')
export class ApiKeysController {
  constructor(private readonly keys: ApiKeysService) {}

  /**
   * List API keys
   * @remarks By name, with those that have expired or were revoked. A caller who is bound to clients sees the keys
   * that are bound to no others.
   */
  @Requires('admin')
  @Get()
  @AnswersPage(ApiKeyResponse)
  async listApiKeys(
    @CurrentCaller() caller: Caller,
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<ApiKeyResponse[] | StreamableFile>> {
    const page = query.toPageRequest(BY_NAME, ([name]) => typeof name === 'string');
    return replyList(request, {
      sort: BY_NAME,
      page,
      read: (part) => this.keys.list(caller, part),
      present: (key) => ApiKeyResponse.from(key),
    });
  }

  /**
   * Make an API key
   * @remarks The answer has the key's text, this once: of its secret only a digest is kept. So a request that is
   * repeated with its Idempotency-Key makes no second key, and is answered without the text.
   */
  @Requires('admin')
  @Post()
  @CreatesUntagged(CreatedApiKeyResponse)
  @Refuses('key-exceeds-caller', 'api-key-exists', 'idempotency-key-reused')
  async createApiKey(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateApiKeyRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<CreatedApiKeyResponse>> {
    const created = await this.keys.create(caller, body.toDraft(), request);
    const response = CreatedApiKeyResponse.of(created);
    return Reply.made(response, created.isNew, 'api-keys', response.prefix).with(
      'Cache-Control',
      'no-store',
    );
  }

  /**
   * Read an API key
   * @remarks Everything but its text.
   */
  @Requires('admin')
  @Get(':prefix')
  @AnswersUntagged(ApiKeyResponse)
  @Refuses('api-key-not-found')
  async getApiKey(
    @CurrentCaller() caller: Caller,
    @Param('prefix', IdPipe) prefix: string,
  ): Promise<ApiKeyResponse> {
    return ApiKeyResponse.from(await this.keys.require(caller, prefix));
  }

  /**
   * Revoke an API key
   * @remarks From now on it is refused, in all copies of the service. It stays in the list, because the audit log
   * names it. To revoke a key again changes nothing.
   */
  @Requires('admin')
  @Delete(':prefix')
  @HttpCode(204)
  @Refuses('api-key-not-found')
  @Removes('The key is useless.')
  async revokeApiKey(
    @CurrentCaller() caller: Caller,
    @Param('prefix', IdPipe) prefix: string,
  ): Promise<void> {
    await this.keys.revoke(caller, prefix);
  }
}
