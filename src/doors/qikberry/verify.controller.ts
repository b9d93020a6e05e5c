import { Body, Controller, Get, Param, Post, Req, UseGuards } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { onceOf } from '../../idempotency/idempotency.js';
import { BICS, QIKBERRY, type Brand } from './brand.js';
import { PlatformEndpoint } from './envelope.js';
import { GetRateGuard } from './get-rate.guard.js';
import {
  omnichannelSchema,
  omnichannelSentSchema,
  sendSchema,
  sentSchema,
  type OmnichannelBody,
  type SendBody,
} from './send.schema.js';
import { SendService } from './send.service.js';
import { canceledSchema, checkedSchema, foundSchema } from './verify.schema.js';
import { VerifyService } from './verify.service.js';

const problems = { 422: 'A field is wrong; `message` names it' };

/** Checks and cancels are GETs there too. */
@UseGuards(GetRateGuard)
abstract class VerifyController {
  protected abstract readonly brand: Brand;

  constructor(
    protected readonly sends: SendService,
    private readonly verifications: VerifyService,
  ) {}

  @Post('send')
  @PlatformEndpoint({
    summary: 'Send a code over the given channels, one after the other',
    scope: 'verifications',
    load: 'start',
    body: sendSchema,
    response: sentSchema,
    problems,
  })
  send(@Req() request: FastifyRequest, @Body() body: SendBody) {
    return this.sends.direct(callerOf(request), body, this.brand, onceOf(request));
  }

  @Get('check/:id/:token')
  @PlatformEndpoint({ summary: 'Check a code', scope: 'verifications', load: 'check', response: checkedSchema })
  check(@Req() request: FastifyRequest, @Param('id') id: string, @Param('token') token: string) {
    return this.verifications.check(callerOf(request), id, token);
  }

  @Get('search/:id')
  @PlatformEndpoint({
    summary: 'One verification with what was sent for it',
    scope: 'verifications:read',
    response: foundSchema,
    problems: { 404: 'Unknown id' },
  })
  search(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.verifications.search(callerOf(request), id);
  }

  @Get('cancel/:id')
  @PlatformEndpoint({ summary: 'End a verification', scope: 'verifications', load: 'check', response: canceledSchema })
  cancel(@Req() request: FastifyRequest, @Param('id') id: string) {
    return this.verifications.cancel(callerOf(request), id);
  }
}

@ApiTags('qikberry')
@Controller('qikberry/api/v2/verify')
export class QikberryVerifyController extends VerifyController {
  protected readonly brand = QIKBERRY;

  @Post('omnichannel/send')
  @PlatformEndpoint({
    summary: 'Send a code by a profile',
    scope: 'verifications',
    load: 'start',
    body: omnichannelSchema,
    response: omnichannelSentSchema,
    problems,
  })
  sendByProfile(@Req() request: FastifyRequest, @Body() body: OmnichannelBody) {
    return this.sends.byProfile(callerOf(request), body, onceOf(request));
  }
}

@ApiTags('bics')
@Controller('bics/api/v2/verify')
export class BicsVerifyController extends VerifyController {
  protected readonly brand = BICS;
}
