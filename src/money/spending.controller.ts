import { Controller, Get, Req } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { callerOf } from '../applications/authenticate.js';
import { Endpoint } from '../shared/endpoint.js';
import { spendingSchema } from './spending.schema.js';
import { SpendingService } from './spending.service.js';

@ApiTags('spending')
@Controller('v1/spending')
export class SpendingController {
  constructor(private readonly spending: SpendingService) {}

  @Get()
  @Endpoint({
    summary: 'What the application has spent in this hour and day, and what its budget leaves',
    scope: 'verifications:read',
    response: spendingSchema,
    problems: { 401: 'No key', 403: 'The key lacks the scope', 404: 'The application has no budget' },
  })
  read(@Req() request: FastifyRequest) {
    return this.spending.read(callerOf(request).application);
  }
}
