import { Body, Controller, Delete, Get, Param, Patch, Post, Put, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import type { NamedQuery } from '../named/named.service.js';
import { Endpoint } from '../shared/endpoint.js';
import {
  channelsSchema,
  createSchema,
  listSchema,
  patchSchema,
  profileAnswerSchema,
  profilePageSchema,
  replaceSchema,
  type ChannelsBody,
  type ProfileBody,
} from './profile.schema.js';
import { ProfileService } from './profile.service.js';

const scope = 'profiles';
const response = profileAnswerSchema;
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: 'A rule is broken; `errors` names the field' };
const changing = { ...problems, 404: 'Unknown id', 409: 'Declared in the configuration file: read only' };

/** Named failover policies. What is in flight keeps the plan that it started with. */
@ApiTags('profiles')
@Controller('v1/profiles')
export class ProfilesController {
  constructor(private readonly profiles: ProfileService) {}

  @Post()
  @Endpoint({ summary: 'Create a profile', scope, body: createSchema, response, status: 201, problems })
  create(@Req() request: FastifyRequest, @Body() body: ProfileBody) {
    return this.profiles.create(callerOf(request), body);
  }

  @Get()
  @Endpoint({ summary: 'List profiles by name', scope, query: listSchema, response: profilePageSchema, problems })
  list(@Req() request: FastifyRequest, @Query() query: NamedQuery) {
    return this.profiles.list(callerOf(request), query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One profile', scope, response, problems: changing })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.profiles.get(callerOf(request), id);
  }

  @Patch(':id')
  @Endpoint({ summary: 'Change name, status or defaults', scope, body: patchSchema, response, problems: changing })
  patch(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: Partial<ProfileBody>) {
    return this.profiles.patch(callerOf(request), id, body);
  }

  @Delete(':id')
  @Endpoint({ summary: 'Delete a profile', scope, status: 204, problems: changing })
  delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.profiles.delete(callerOf(request), id);
  }

  @Post(':id/channels')
  @Endpoint({ summary: 'Add channels', scope, body: channelsSchema, response, problems: changing })
  addChannels(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ChannelsBody) {
    return this.profiles.addChannels(callerOf(request), id, body);
  }

  @Put(':id/channels')
  @Endpoint({ summary: 'Replace all channels', scope, body: replaceSchema, response, problems: changing })
  replaceChannels(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ChannelsBody) {
    return this.profiles.replaceChannels(callerOf(request), id, body);
  }

  @Delete(':id/channels/:channel')
  @Endpoint({ summary: 'Remove one channel', scope, response, problems: changing })
  removeChannel(@Req() request: FastifyRequest, @Param('id') id: string, @Param('channel') channel: string) {
    return this.profiles.removeChannel(callerOf(request), id, channel);
  }
}
