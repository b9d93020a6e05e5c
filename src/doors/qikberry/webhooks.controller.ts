import { Body, Controller, Delete, Get, Param, Post, Put, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { enveloped, PlatformEndpoint } from './envelope.js';
import { GetRateGuard } from './get-rate.guard.js';
import { addressOf, listed } from './listing.js';
import {
  nothingLeft,
  oneWebhook,
  pageOfWebhooks,
  webhookFilter,
  webhookSchema,
  type WebhookBody,
  type WebhookFilter,
} from './webhooks.schema.js';
import { PlatformWebhooks } from './webhooks.service.js';

const scope = 'webhooks';
const response = oneWebhook;
const problems = { 422: 'A field is wrong; `message` names it' };
const known = { 404: 'Unknown id' };

@UseGuards(GetRateGuard)
abstract class WebhooksController {
  constructor(private readonly webhooks: PlatformWebhooks) {}

  @Get()
  @PlatformEndpoint({ summary: 'List webhooks', scope, query: webhookFilter, response: pageOfWebhooks, problems })
  async list(@Req() request: FastifyRequest, @Query() query: WebhookFilter) {
    const all = await this.webhooks.list(callerOf(request), query['filter[name]']);
    return listed('OK', all, addressOf(request), query);
  }

  @Post()
  @PlatformEndpoint({ summary: 'Create a webhook', scope, body: webhookSchema, response, problems })
  async create(@Req() request: FastifyRequest, @Body() body: WebhookBody) {
    return enveloped('Created Successfully', await this.webhooks.create(callerOf(request), body));
  }

  @Get(':id')
  @PlatformEndpoint({ summary: 'One webhook', scope, response, problems: known })
  async view(@Req() request: FastifyRequest, @Param('id') id: string) {
    return enveloped('OK', await this.webhooks.view(callerOf(request), id));
  }

  @Put(':id')
  @PlatformEndpoint({ summary: 'Change it', scope, body: webhookSchema, response, problems: { ...problems, ...known } })
  async edit(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: WebhookBody) {
    return enveloped('Updated Successfully', await this.webhooks.edit(callerOf(request), id, body));
  }

  @Delete(':id')
  @PlatformEndpoint({ summary: 'Make it inactive; PUT restores it', scope, response: nothingLeft, problems: known })
  async delete(@Req() request: FastifyRequest, @Param('id') id: string) {
    await this.webhooks.delete(callerOf(request), id);
    return enveloped('Deleted Successfully', []);
  }
}

@ApiTags('qikberry')
@Controller('qikberry/api/v2/developer/webhooks')
export class QikberryWebhooksController extends WebhooksController {}

@ApiTags('bics')
@Controller('bics/api/v2/developer/webhooks')
export class BicsWebhooksController extends WebhooksController {}
