import { Body, Controller, Delete, Get, Param, Post, Query, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { BICS, QIKBERRY, type Brand } from './brand.js';
import { enveloped, PlatformEndpoint } from './envelope.js';
import { GetRateGuard } from './get-rate.guard.js';
import { addressOf, listed, type ListQuery } from './listing.js';
import { PlatformSubscriptions } from './subscriptions.service.js';
import {
  listFilter,
  nothingLeft,
  oneSubscription,
  pageOfSubscriptions,
  subscriptionSchema,
  type SubscriptionBody,
} from './webhooks.schema.js';

const scope = 'webhooks';
const response = oneSubscription;
const problems = { 422: 'A field is wrong; `message` names it' };
const known = { 404: 'Unknown id' };

@UseGuards(GetRateGuard)
abstract class SubscriptionsController {
  protected abstract readonly brand: Brand;

  constructor(private readonly subscriptions: PlatformSubscriptions) {}

  @Get()
  @PlatformEndpoint({
    summary: 'List subscriptions',
    scope,
    query: listFilter,
    response: pageOfSubscriptions,
    problems,
  })
  async list(@Req() request: FastifyRequest, @Query() query: ListQuery) {
    const all = await this.subscriptions.list(callerOf(request));
    return listed('Subscriptions List', all, addressOf(request), query);
  }

  @Post()
  @PlatformEndpoint({ summary: 'Tell a webhook of an event', scope, body: subscriptionSchema, response, problems })
  async create(@Req() request: FastifyRequest, @Body() body: SubscriptionBody) {
    const made = await this.subscriptions.create(callerOf(request), body, this.brand);
    return enveloped('Subscription Saved Successfully', made);
  }

  @Get(':id')
  @PlatformEndpoint({ summary: 'One subscription', scope, response, problems: known })
  async view(@Req() request: FastifyRequest, @Param('id') id: string) {
    return enveloped('Subscription', await this.subscriptions.view(callerOf(request), id));
  }

  @Delete(':id')
  @PlatformEndpoint({ summary: 'End it', scope, response: nothingLeft, problems: known })
  async delete(@Req() request: FastifyRequest, @Param('id') id: string) {
    await this.subscriptions.delete(callerOf(request), id);
    return enveloped('Subscription Deleted Successfully', []);
  }
}

@ApiTags('qikberry')
@Controller('qikberry/api/v2/developer/subscriptions')
export class QikberrySubscriptionsController extends SubscriptionsController {
  protected readonly brand = QIKBERRY;
}

@ApiTags('bics')
@Controller('bics/api/v2/developer/subscriptions')
export class BicsSubscriptionsController extends SubscriptionsController {
  protected readonly brand = BICS;
}
