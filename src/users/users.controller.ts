import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Param,
  Patch,
  Post,
  Put,
  Query,
  Req,
  type StreamableFile,
} from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { Caller } from '../access/caller.js';
import { CurrentCaller, Requires } from '../access/requires.decorator.js';
import type { Request } from 'express';
import { versionTag } from '../database/entity-tag.js';
import type { RepeatableRequest } from '../database/repeatable-requests.js';
import type { Precondition } from '../errors/precondition.js';
import { Preconditions } from '../http/conditional-requests.js';
import { Repeatable } from '../http/idempotency.js';
import { ListQuery } from '../http/list.query.js';
import { Answers, AnswersPage, Creates, Refuses, Removes } from '../http/openapi.js';
import { replyList } from '../http/list-reply.js';
import { Reply } from '../http/reply.js';
import { ActsOn } from '../http/target-first.interceptor.js';
import { IdPipe } from '../http/validation/path-parameters.js';
import { CreateUserRequest } from './dto/create-user.request.js';
import { PatchUserRequest } from './dto/patch-user.request.js';
import { ReplaceUserRequest } from './dto/replace-user.request.js';
import { UserResponse } from './dto/user.response.js';
import type { User } from './user.entity.js';
import { UsersService } from './users.service.js';

const BY_ID = 'users:id';

@ApiTags('users')
@Controller('users')
export class UsersController {
  constructor(private readonly users: UsersService) {}

  /**
   * List users
   * @remarks By id, in the order of code points; a page at a time.
   */
  @Requires('viewer')
  @Get()
  @AnswersPage(UserResponse)
  async listUsers(
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<UserResponse[] | StreamableFile>> {
    const page = query.toPageRequest(BY_ID, ([id]) => typeof id === 'string');
    return replyList(request, {
      sort: BY_ID,
      page,
      read: (part) => this.users.listUsers(part),
      present: (item) => UserResponse.from(item),
    });
  }

  /**
   * Create a user
   * @remarks The client chooses the id, which never changes.
   */
  @Requires('admin')
  @Post()
  @Creates(UserResponse)
  @Refuses('user-exists', 'idempotency-key-reused')
  async createUser(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateUserRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<UserResponse>> {
    const { user, isNew } = await this.users.createUser(caller, body.id, body.toContent(), request);
    const response = UserResponse.from(user);
    return Reply.made(response, isNew, 'users', user.id).tagged(versionTag(user.version));
  }

  /**
   * Read a user
   * @remarks With the ETag that a change sends back as If-Match.
   */
  @Requires('viewer')
  @Get(':user_id')
  @ActsOnUser()
  @Answers(UserResponse)
  async getUser(@Param('user_id', IdPipe) id: string): Promise<Reply<UserResponse>> {
    return reply(await this.users.requireUser(id));
  }

  /**
   * Replace a user
   * @remarks Whole: an optional field that is left out is cleared. What is so already keeps its version.
   */
  @Requires('admin', { unbound: true })
  @Put(':user_id')
  @ActsOnUser()
  @Answers(UserResponse)
  @Refuses('user-changed')
  async replaceUser(
    @CurrentCaller() caller: Caller,
    @Param('user_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
    @Body() body: ReplaceUserRequest,
  ): Promise<Reply<UserResponse>> {
    return reply(await this.users.changeUser(caller, id, precondition, body.toContent()));
  }

  /**
   * Change a user
   * @remarks A JSON merge patch (RFC 7396): what is left out stays as it is. A patch that changes nothing leaves
   * the version and the ETag.
   */
  @Requires('admin', { unbound: true })
  @Patch(':user_id')
  @ActsOnUser()
  @Answers(UserResponse)
  @Refuses('user-changed')
  async patchUser(
    @CurrentCaller() caller: Caller,
    @Param('user_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
    @Body() body: PatchUserRequest,
  ): Promise<Reply<UserResponse>> {
    return reply(await this.users.changeUser(caller, id, precondition, body.toContent()));
  }

  /**
   * Delete a user
   * @remarks Only one that no image names, in use or in the trash.
   */
  @Requires('admin', { unbound: true })
  @Delete(':user_id')
  @HttpCode(204)
  @ActsOnUser()
  @Removes('The user is gone.')
  @Refuses('user-in-use', 'user-changed')
  async deleteUser(
    @CurrentCaller() caller: Caller,
    @Param('user_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.users.deleteUser(caller, id, precondition);
  }
}

function ActsOnUser() {
  return ActsOn(UsersService, 'user-not-found', (users, { user_id }) =>
    users.requireUser(user_id ?? ''),
  );
}

function reply(user: User): Reply<UserResponse> {
  return Reply.of(UserResponse.from(user)).tagged(versionTag(user.version));
}
