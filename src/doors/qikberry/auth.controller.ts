import { Controller, Get, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { tokenSchema } from '../../applications/application.schema.js';
import { callerOf, credentialOf } from '../../applications/authenticate.js';
import { BearerTokens, TOKEN_LIFE } from '../../applications/bearer-tokens.js';
import { KeyService } from '../../applications/key.service.js';
import { enveloped, envelopeSchema, PlatformEndpoint } from './envelope.js';
import { GetRateGuard } from './get-rate.guard.js';

const string = { type: 'string' };
const meSchema = envelopeSchema({
  type: 'object',
  properties: { id: string, name: string, application: string, mode: string },
});

/** Whose key it is, and short-lived tokens for it. */
@UseGuards(GetRateGuard)
abstract class AuthController {
  constructor(
    private readonly keys: KeyService,
    private readonly tokens: BearerTokens,
  ) {}

  @Get('v2/auth/me')
  @PlatformEndpoint({ summary: 'Whose key this is', scope: 'any', response: meSchema })
  async me(@Req() request: FastifyRequest) {
    const { application, keyId, mode } = callerOf(request);
    const { name } = await this.keys.get(application, keyId);
    return enveloped('OK', { id: keyId, name: name ?? keyId, application, mode });
  }

  @Get('v3/auth/token/generate')
  @PlatformEndpoint({ summary: 'A token for an hour; it may do what the key may', scope: 'any', response: tokenSchema })
  async generate(@Req() request: FastifyRequest) {
    const token = await this.tokens.issue(credentialOf(request));
    return { access_token: token, token_type: 'bearer', expires_in: TOKEN_LIFE };
  }

  @Get('v3/auth/token/refresh')
  @PlatformEndpoint({ summary: 'Another token, for one that still lives', scope: 'any', response: tokenSchema })
  refresh(@Req() request: FastifyRequest) {
    return this.generate(request);
  }
}

@ApiTags('qikberry')
@Controller('qikberry/api')
export class QikberryAuthController extends AuthController {}

@ApiTags('bics')
@Controller('bics/api')
export class BicsAuthController extends AuthController {}
