import { Controller, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { callerOf } from '../../applications/authenticate.js';
import { onceOf } from '../../idempotency/idempotency.js';
import { Endpoint } from '../../shared/endpoint.js';
import { StartService } from '../../verifications/start.service.js';
import { VerificationService } from '../../verifications/verification.service.js';
import { idAsKept } from '../id-as-kept.js';
import { face } from './face.js';
import { responseOf } from './response.js';
import { toAnswer, toStart } from './translate.js';
import {
  checkSchema,
  referenceOf,
  responseSchema,
  startedSchema,
  verifySchema,
  type CheckFields,
  type VerifyFields,
} from './geniq.schema.js';

const problems = {
  401: '20 Not a token, 23 a token that has expired',
  403: '2 Not from this address, 4 not with this key',
  503: '99 Redis cannot be reached, or too much is asked at a time; `Retry-After` says when to try again',
};

@ApiTags('geniq')
@Controller('geniq/rest/v1/verify')
export class VerifyController {
  constructor(
    private readonly starts: StartService,
    private readonly verifications: VerificationService,
  ) {}

  @Post()
  @Endpoint({
    summary: 'Send a code by SMS, or send the live one again',
    scope: 'verifications',
    load: 'start',
    query: verifySchema,
    form: true,
    response: startedSchema,
    problems: {
      ...problems,
      403: '2 Not from this address, 4 not with this key, 10 a rule of the guard refuses it',
      422: '10 No route, 11 wrong recipient, 12 wrong originator, 88 another field',
      429: '19 A budget of the recipient is used up, 6 a ceiling of what may be spent is reached',
    },
    face,
  })
  async start(@Req() request: FastifyRequest, @Query() fields: VerifyFields) {
    const { view } = await this.starts.start(callerOf(request), toStart(fields), onceOf(request));
    return { reference: referenceOf(fields), ...responseOf(0), messageIds: [view.id] };
  }

  @Post(':messageId')
  @Endpoint({
    summary: 'Check what the person typed',
    scope: 'verifications',
    load: 'check',
    query: checkSchema,
    form: true,
    response: responseSchema,
    problems: { ...problems, 404: '21 Unknown id, or one that no code is right for any more', 422: '22 Wrong code' },
    face,
  })
  async check(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Param('messageId') id: string,
    @Query() fields: CheckFields,
  ) {
    const { result } = await this.verifications.check(
      callerOf(request),
      idAsKept(id),
      { code: fields.code },
      onceOf(request),
    );
    const { code, status } = toAnswer(result);
    reply.status(status);
    return { reference: referenceOf(fields), ...responseOf(code) };
  }
}
