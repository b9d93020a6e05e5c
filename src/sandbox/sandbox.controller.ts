import { Controller, Get, Inject, Query, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import type { Keyring } from '../codes/keyring.js';
import { SandboxInbox } from '../providers/sandbox/inbox.js';
import { fromQuery, parseRecipient } from '../recipients/recipient.js';
import { Endpoint } from '../shared/endpoint.js';
import { Problem } from '../shared/problem.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { KEYRING } from '../shared/tokens.js';
import { inboxAnswerSchema, inboxQuerySchema, type InboxQuery } from './sandbox.schema.js';

/** What the sandbox's phones have received. */
@ApiTags('sandbox')
@Controller('v1/sandbox')
export class SandboxController {
  private readonly inbox: SandboxInbox;

  constructor(@Inject(REDIS) redis: RedisClient, @Inject(KEYRING) keyring: Keyring) {
    this.inbox = new SandboxInbox(redis, keyring);
  }

  @Get('messages')
  @Endpoint({
    summary: 'Messages that the sandbox has delivered to one address, newest first',
    scope: 'verifications:read',
    query: inboxQuerySchema,
    response: inboxAnswerSchema,
    problems: { 403: 'The key is not a test key' },
  })
  async messages(@Req() request: FastifyRequest, @Query() { to, country }: InboxQuery) {
    const { application, mode } = callerOf(request);
    if (mode !== 'test') throw new Problem(403, 'forbidden', 'Not allowed', 'The sandbox is for test keys.');
    const { address } = parseRecipient(fromQuery(to), country);
    return { data: await this.inbox.list(application, address, new Date()) };
  }
}
