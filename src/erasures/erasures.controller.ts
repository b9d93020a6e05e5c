import { Body, Controller, Post, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import { Endpoint } from '../shared/endpoint.js';
import { erasedSchema, erasureSchema, type ErasureBody } from './erasure.schema.js';
import { ErasuresService } from './erasures.service.js';

@ApiTags('erasures')
@Controller('v1/erasures')
export class ErasuresController {
  constructor(private readonly erasures: ErasuresService) {}

  @Post()
  @Endpoint({
    summary: 'Forget a person: removes all verifications of one address; asks for the scope pii:read too',
    scope: 'verifications',
    body: erasureSchema,
    response: erasedSchema,
    problems: {
      401: 'No key, or one that is not known',
      403: 'The key lacks a scope',
      422: 'A field is wrong; `errors` names it',
      503: 'Redis cannot be reached; repeat the call, it goes on where it was',
    },
  })
  erase(@Req() request: FastifyRequest, @Body() body: ErasureBody) {
    return this.erasures.erase(callerOf(request), body);
  }
}
