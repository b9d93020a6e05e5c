import { Controller, Get, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import { Endpoint } from '../shared/endpoint.js';
import { eventsPageSchema, eventsQuerySchema, type EventsQuery } from './events.schema.js';
import { EventsService } from './events.service.js';

@ApiTags('events')
@Controller('v1/events')
export class EventsController {
  constructor(private readonly events: EventsService) {}

  @Get()
  @Endpoint({
    summary: 'What has happened, in the order of publication; waits for news when asked to',
    scope: 'webhooks',
    query: eventsQuerySchema,
    response: eventsPageSchema,
    problems: {
      401: 'No key',
      403: 'The key lacks the scope',
      422: 'A field is wrong; `errors` names it',
      429: 'A hundred callers of the application wait in this process already',
    },
  })
  list(@Req() request: FastifyRequest, @Query() query: EventsQuery) {
    return this.events.page(callerOf(request).application, query, () => request.raw.socket.destroyed);
  }
}
