import { Body, Controller, Delete, Get, Param, Patch, Post, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import { Endpoint } from '../shared/endpoint.js';
import { DeliveriesService } from './deliveries.service.js';
import { ReplayService } from './replay.service.js';
import {
  createSchema,
  deadLetterPageSchema,
  deliveryPageSchema,
  pageSchema,
  patchSchema,
  replayAnswerSchema,
  replaySchema,
  webhookPageSchema,
  webhookSchema as response,
  webhookWithSecretSchema,
  type PageQuery,
  type ReplayBody,
  type WebhookBody,
  type WebhookPatch,
} from './webhook.schema.js';
import { WebhookService } from './webhook.service.js';

const scope = 'webhooks';
const problems = { 401: 'No key', 403: 'The key lacks the scope', 422: 'A field is wrong; `errors` names it' };
const ofOne = { ...problems, 404: 'Unknown id' };
const verified = { ...ofOne, 409: 'The receiver has not passed the challenge' };

/** Where an application's events go, and what became of them. */
@ApiTags('webhooks')
@Controller('v1/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: WebhookService,
    private readonly history: DeliveriesService,
    private readonly replays: ReplayService,
  ) {}

  @Post()
  @Endpoint({
    summary: 'Create a webhook; its secret is shown here only',
    scope,
    body: createSchema,
    response: webhookWithSecretSchema,
    status: 201,
    problems: { ...problems, 409: 'There are 100 already' },
  })
  create(@Req() request: FastifyRequest, @Body() body: WebhookBody) {
    return this.webhooks.create(callerOf(request), body);
  }

  @Get()
  @Endpoint({ summary: 'List webhooks, oldest first', scope, query: pageSchema, response: webhookPageSchema, problems })
  list(@Req() request: FastifyRequest, @Query() query: PageQuery) {
    return this.webhooks.list(callerOf(request), query);
  }

  @Get(':id')
  @Endpoint({ summary: 'One webhook', scope, response, problems: ofOne })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.webhooks.get(callerOf(request), id);
  }

  @Patch(':id')
  @Endpoint({
    summary: 'Change url, events or description; stop it, or go on where it has stopped',
    scope,
    body: patchSchema,
    response,
    problems: verified,
  })
  patch(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: WebhookPatch) {
    return this.webhooks.patch(callerOf(request), id, body);
  }

  @Delete(':id')
  @Endpoint({ summary: 'Delete a webhook', scope, status: 204, problems: ofOne })
  delete(@Req() request: FastifyRequest, @Param('id') id: string): Promise<void> {
    return this.webhooks.delete(callerOf(request), id);
  }

  @Post(':id/rotate')
  @Endpoint({
    summary: 'A new secret; the old one signs beside it for a day',
    scope,
    response: webhookWithSecretSchema,
    problems: ofOne,
  })
  rotate(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.webhooks.rotate(callerOf(request), id);
  }

  @Post(':id/verify')
  @Endpoint({ summary: 'Challenge the receiver (again)', scope, response, problems: verified })
  verify(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.webhooks.verify(callerOf(request), id);
  }

  @Get(':id/deliveries')
  @Endpoint({
    summary: 'Attempts, newest first',
    scope,
    query: pageSchema,
    response: deliveryPageSchema,
    problems: ofOne,
  })
  deliveries(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: PageQuery) {
    return this.history.deliveries(callerOf(request), id, query);
  }

  @Get(':id/dead-letters')
  @Endpoint({
    summary: 'Events that are not tried any more, newest first',
    scope,
    query: pageSchema,
    response: deadLetterPageSchema,
    problems: ofOne,
  })
  deadLetters(@Req() request: FastifyRequest, @Param('id') id: string, @Query() query: PageQuery) {
    return this.history.deadLetters(callerOf(request), id, query);
  }

  @Post(':id/replay')
  @Endpoint({
    summary: 'Send again: one event, a range, or all dead letters',
    scope,
    body: replaySchema,
    response: replayAnswerSchema,
    status: 202,
    problems: { ...ofOne, 429: 'Another replay of the application is under way' },
  })
  replay(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: ReplayBody) {
    return this.replays.replay(callerOf(request), id, body);
  }
}
