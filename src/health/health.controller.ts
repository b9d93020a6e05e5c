import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Endpoint } from '../shared/endpoint.js';
import { healthDetailsSchema } from './details.schema.js';
import { DetailsService } from './details.service.js';
import { ProcessHealth } from './process.health.js';
import { RedisHealth } from './redis.health.js';

/**
 * Live: the process answers, and its event loop turns. Ready: it can serve, so it has started, has not been told to stop,
 * and Redis (which holds state and queue) answers too.
 */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly process: ProcessHealth,
    private readonly redis: RedisHealth,
    private readonly details: DetailsService,
  ) {}

  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([() => this.process.turns('event_loop')]);
  }

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([
      () => this.process.serves('process'),
      () => this.redis.answers('redis'),
      () => this.redis.queueAnswers('queue'),
    ]);
  }

  /** Not for everybody: names of accounts and what is left of the money. Always 200, also while something is down. */
  @Get('details')
  @Endpoint({
    summary: 'Redis and how it is set up, queue and accounts, with what is left of the money',
    scope: 'admin',
    load: 'never',
    response: healthDetailsSchema,
  })
  readDetails() {
    return this.details.read();
  }
}
