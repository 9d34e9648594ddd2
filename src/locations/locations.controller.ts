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
import { CreateLocationRequest } from './dto/create-location.request.js';
import { PatchLocationRequest } from './dto/patch-location.request.js';
import { ReplaceLocationRequest } from './dto/replace-location.request.js';
import { LocationResponse } from './dto/location.response.js';
import type { Location } from './location.entity.js';
import { LocationsService } from './locations.service.js';

const BY_ID = 'locations:id';

@ApiTags('locations')
@Controller('locations')
export class LocationsController {
  constructor(private readonly locations: LocationsService) {}

  /**
   * List locations
   * @remarks By id, in the order of code points; a page at a time.
   */
  @Requires('viewer')
  @Get()
  @AnswersPage(LocationResponse)
  async listLocations(
    @Query() query: ListQuery,
    @Req() request: Request,
  ): Promise<Reply<LocationResponse[] | StreamableFile>> {
    const page = query.toPageRequest(BY_ID, ([id]) => typeof id === 'string');
    return replyList(request, {
      sort: BY_ID,
      page,
      read: (part) => this.locations.listLocations(part),
      present: (item) => LocationResponse.from(item),
    });
  }

  /**
   * Create a location
   * @remarks The client chooses the id, which never changes.
   */
  @Requires('admin')
  @Post()
  @Creates(LocationResponse)
  @Refuses('location-exists', 'idempotency-key-reused')
  async createLocation(
    @CurrentCaller() caller: Caller,
    @Body() body: CreateLocationRequest,
    @Repeatable() request: RepeatableRequest | undefined,
  ): Promise<Reply<LocationResponse>> {
    const { location, isNew } = await this.locations.createLocation(
      caller,
      body.id,
      body.toContent(),
      request,
    );
    const response = LocationResponse.from(location);
    return Reply.made(response, isNew, 'locations', location.id).tagged(
      versionTag(location.version),
    );
  }

  /**
   * Read a location
   * @remarks With the ETag that a change sends back as If-Match.
   */
  @Requires('viewer')
  @Get(':location_id')
  @ActsOnLocation()
  @Answers(LocationResponse)
  async getLocation(@Param('location_id', IdPipe) id: string): Promise<Reply<LocationResponse>> {
    return reply(await this.locations.requireLocation(id));
  }

  /**
   * Replace a location
   * @remarks Whole: an optional field that is left out is cleared. What is so already keeps its version.
   */
  @Requires('admin', { unbound: true })
  @Put(':location_id')
  @ActsOnLocation()
  @Answers(LocationResponse)
  @Refuses('location-changed')
  async replaceLocation(
    @CurrentCaller() caller: Caller,
    @Param('location_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
    @Body() body: ReplaceLocationRequest,
  ): Promise<Reply<LocationResponse>> {
    return reply(await this.locations.changeLocation(caller, id, precondition, body.toContent()));
  }

  /**
   * Change a location
   * @remarks A JSON merge patch (RFC 7396): what is left out stays as it is. A patch that changes nothing leaves
   * the version and the ETag.
   */
  @Requires('admin', { unbound: true })
  @Patch(':location_id')
  @ActsOnLocation()
  @Answers(LocationResponse)
  @Refuses('location-changed')
  async patchLocation(
    @CurrentCaller() caller: Caller,
    @Param('location_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
    @Body() body: PatchLocationRequest,
  ): Promise<Reply<LocationResponse>> {
    return reply(await this.locations.changeLocation(caller, id, precondition, body.toContent()));
  }

  /**
   * Delete a location
   * @remarks Only one that no image names, in use or in the trash.
   */
  @Requires('admin', { unbound: true })
  @Delete(':location_id')
  @HttpCode(204)
  @ActsOnLocation()
  @Removes('The location is gone.')
  @Refuses('location-in-use', 'location-changed')
  async deleteLocation(
    @CurrentCaller() caller: Caller,
    @Param('location_id', IdPipe) id: string,
    @Preconditions() precondition: Precondition,
  ): Promise<void> {
    await this.locations.deleteLocation(caller, id, precondition);
  }
}

function ActsOnLocation() {
  return ActsOn(LocationsService, 'location-not-found', (locations, { location_id }) =>
    locations.requireLocation(location_id ?? ''),
  );
}

function reply(location: Location): Reply<LocationResponse> {
  return Reply.of(LocationResponse.from(location)).tagged(versionTag(location.version));
}
