import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiParam, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import { onceOf } from '../idempotency/idempotency.js';
import { Endpoint } from '../shared/endpoint.js';
import { checkAnswerSchema, checkSchema, type CheckBody } from './schemas/check.schema.js';
import { searchSchema, type SearchQuery } from './schemas/search.schema.js';
import { startSchema, type StartBody } from './schemas/start.schema.js';
import { pageSchema, verificationSchema } from './schemas/verification.schema.js';
import { NextService } from './next.service.js';
import { StartService } from './start.service.js';
import { VerificationService } from './verification.service.js';

const problems = {
  401: 'No key, or one that is not known',
  403: 'The key lacks the scope',
  422: 'A field is wrong; `errors` names it',
  503: 'Redis cannot be reached, or there is too much to do; `Retry-After` says when to try again',
};
const unknown = { 404: 'Unknown id, or another application’s' };

@ApiTags('verifications')
@Controller('v1/verifications')
export class VerificationsController {
  constructor(
    private readonly starts: StartService,
    private readonly verifications: VerificationService,
    private readonly nexts: NextService,
  ) {}

  @Post()
  @Endpoint({
    summary: 'Start a verification, or send the code of the live one again',
    scope: 'verifications',
    load: 'start',
    body: startSchema,
    response: verificationSchema,
    also: [201],
    problems: {
      ...problems,
      403: 'The key lacks the scope, or a rule of the guard refuses it; `limit` names the rule',
      429: 'A budget of the recipient or the application, or another limit, is used up; `limit` names it',
    },
  })
  async start(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Body() body: StartBody,
  ) {
    const { created, view } = await this.starts.start(callerOf(request), body, onceOf(request));
    reply.status(created ? 201 : 200);
    return view;
  }

  @Post(':id/check')
  @ApiParam({ name: 'id', format: 'uuid' })
  @Endpoint({
    summary: 'Check what the person typed',
    scope: 'verifications',
    load: 'check',
    body: checkSchema,
    response: checkAnswerSchema,
    problems: { ...problems, ...unknown },
  })
  check(@Req() request: FastifyRequest, @Param('id') id: string, @Body() body: CheckBody) {
    return this.verifications.check(callerOf(request), id, body, onceOf(request));
  }

  @Get(':id')
  @ApiParam({ name: 'id', format: 'uuid' })
  @Endpoint({
    summary: 'One verification, with its attempts as a timeline',
    scope: 'verifications:read',
    response: verificationSchema,
    problems: { ...problems, ...unknown },
  })
  get(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.verifications.get(callerOf(request), id);
  }

  @Get()
  @Endpoint({
    summary: 'Search by number, reference, status, channel and time, newest first',
    scope: 'verifications:read',
    query: searchSchema,
    response: pageSchema,
    problems,
  })
  search(@Req() request: FastifyRequest, @Query() query: SearchQuery) {
    return this.verifications.search(callerOf(request), query);
  }

  @Post(':id/next')
  @ApiParam({ name: 'id', format: 'uuid' })
  @Endpoint({
    summary: 'Start the next step now; after the last one, send on the last again',
    scope: 'verifications',
    load: 'start',
    response: verificationSchema,
    problems: {
      ...problems,
      ...unknown,
      409: 'It has ended, or a call is too near; `Retry-After` says when',
      429: 'A budget of the recipient or the application, or another limit, is used up; `limit` names it',
    },
  })
  next(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.nexts.next(callerOf(request), id, onceOf(request));
  }

  @Post(':id/cancel')
  @ApiParam({ name: 'id', format: 'uuid' })
  @Endpoint({
    summary: 'End a verification: nothing more is sent, no code is right any more',
    scope: 'verifications',
    load: 'check',
    response: verificationSchema,
    problems: { ...problems, ...unknown, 409: 'It has already ended' },
  })
  cancel(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.verifications.cancel(callerOf(request), id, onceOf(request));
  }
}
