import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { enveloped, PlatformEndpoint } from './envelope.js';
import { GetRateGuard } from './get-rate.guard.js';
import { addressOf, listed } from './listing.js';
import {
  channelsSchema,
  filterSchema,
  listOfProfiles,
  oneProfile,
  pageOfProfiles,
  profileSchema,
  type ChannelsBody,
  type ProfileBody,
  type ProfileFilter,
} from './profiles.schema.js';
import { PlatformProfiles } from './profiles.service.js';

const scope = 'profiles';
const response = oneProfile;
const problems = { 422: 'A field is wrong; `message` names it' };
const changing = { ...problems, 404: 'Unknown id', 409: 'Declared in the configuration file: read only' };

/** The messages are the platform's own, to the letter: its callers may look for them. */
@ApiTags('qikberry')
@UseGuards(GetRateGuard)
@Controller('qikberry/api/v2/verify/profiles')
export class ProfilesController {
  constructor(private readonly profiles: PlatformProfiles) {}

  @Get()
  @PlatformEndpoint({ summary: 'List profiles', scope, query: filterSchema, response: pageOfProfiles, problems })
  async list(@Req() request: FastifyRequest, @Query() query: ProfileFilter) {
    const all = await this.profiles.list(callerOf(request), query);
    return listed('Profiles List', all, addressOf(request), query);
  }

  @Post()
  @PlatformEndpoint({ summary: 'Create a profile', scope, body: profileSchema, response, problems })
  async create(@Req() request: FastifyRequest, @Body() body: ProfileBody) {
    return enveloped('Profile Created Successfully', await this.profiles.create(callerOf(request), body));
  }

  @Get(':id')
  @PlatformEndpoint({ summary: 'One profile', scope, response: listOfProfiles, problems: { 404: 'Unknown id' } })
  async get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return enveloped('Profile List', [await this.profiles.get(callerOf(request), id)]);
  }

  @Put(':id')
  @PlatformEndpoint({ summary: 'Change its name or status', scope, body: profileSchema, response, problems: changing })
  async edit(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ProfileBody) {
    return enveloped('Profile Updated Successfully', await this.profiles.edit(callerOf(request), id, body));
  }

  @Delete(':id')
  @PlatformEndpoint({ summary: 'Delete a profile', scope, response, problems: changing })
  async delete(@Req() request: FastifyRequest, @Param('id') id: string) {
    return enveloped('Profile Deleted Successfully', await this.profiles.delete(callerOf(request), id));
  }

  @Post(':id/channels')
  @PlatformEndpoint({ summary: 'Add channels', scope, body: channelsSchema, response, problems: changing })
  async addChannels(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ChannelsBody) {
    return enveloped('Channel Added Successfully', await this.profiles.addChannels(callerOf(request), id, body));
  }

  @Put(':id/channels')
  @PlatformEndpoint({ summary: 'Change channels by name', scope, body: channelsSchema, response, problems: changing })
  async editChannels(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ChannelsBody) {
    return enveloped('Channel Updated Successfully', await this.profiles.editChannels(callerOf(request), id, body));
  }

  @Delete(':id/channels/:name')
  @PlatformEndpoint({ summary: 'Delete the channels of a name', scope, response, problems: changing })
  async deleteChannel(@Req() request: FastifyRequest, @Param('id') id: string, @Param('name') name: string) {
    return enveloped('Channel Deleted Successfully', await this.profiles.deleteChannel(callerOf(request), id, name));
  }
}
