import { Controller, Get, Header, Post, Req } from '@nestjs/common';
import { ApiBasicAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { BearerTokens, TOKEN_LIFE } from '../../applications/bearer-tokens.js';
import { Gate } from '../../applications/gate.js';
import { Endpoint } from '../../shared/endpoint.js';
import { BalanceService } from './balance.service.js';
import { face } from './face.js';
import { responseOf } from './response.js';
import { toTime } from './translate.js';
import { balanceSchema, tokenSchema } from './geniq.schema.js';

@ApiTags('geniq')
@Controller('geniq/rest/v1')
export class AccountController {
  constructor(
    private readonly gate: Gate,
    private readonly tokens: BearerTokens,
    private readonly balances: BalanceService,
  ) {}

  @Post('token')
  @Header('cache-control', 'no-store')
  @ApiBasicAuth()
  @Endpoint({
    summary: 'A token for an hour, by HTTP Basic with a key’s id and token',
    form: true,
    response: tokenSchema,
    problems: {
      401: '24 No key, 3 one that has expired',
      403: '2 Not from this address, 4 application inactive',
      429: '5 Too many unknown keys from this address',
    },
    face,
  })
  async issue(@Req() { headers, ip }: FastifyRequest) {
    const credential = await this.gate.identifyBasic(headers.authorization, ip);
    // Taken before the token is made: callers must not think it good for longer than it is.
    const expiry = toTime(Date.now() + TOKEN_LIFE * 1_000);
    return { token: await this.tokens.issue(credential), expiry, ...responseOf(0) };
  }

  @Get('balance')
  @Endpoint({
    summary: 'What is left of the money at the vendor of the first SMS account that tells',
    scope: 'verifications',
    response: balanceSchema,
    problems: { 401: '20 Not a token, 23 a token that has expired', 503: '99 The vendor does not answer' },
    face,
  })
  async balance(@Req() request: FastifyRequest) {
    return { ...(await this.balances.of(callerOf(request))), ...responseOf(0) };
  }
}
