import { Controller, Header, Post, Req } from '@nestjs/common';
import { ApiBasicAuth, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { Endpoint } from '../shared/endpoint.js';
import { tokenSchema } from './application.schema.js';
import { BearerTokens, TOKEN_LIFE } from './bearer-tokens.js';
import { Gate } from './gate.js';

@ApiTags('applications')
@Controller('v1/token')
export class TokenController {
  constructor(
    private readonly gate: Gate,
    private readonly tokens: BearerTokens,
  ) {}

  @Post()
  @Header('cache-control', 'no-store')
  @ApiBasicAuth()
  @Endpoint({
    summary: 'A token for an hour, by HTTP Basic with a key’s id and token; it may do what the key may',
    response: tokenSchema,
    problems: { 401: 'No key', 403: 'Not from this address', 429: 'Too many unknown keys from this address' },
  })
  async issue(@Req() { headers, ip }: FastifyRequest) {
    const credential = await this.gate.identifyBasic(headers.authorization, ip);
    return { access_token: await this.tokens.issue(credential), token_type: 'Bearer', expires_in: TOKEN_LIFE };
  }
}
