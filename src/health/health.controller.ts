import { Controller, Get } from '@nestjs/common';
import { ApiTags } from '@nestjs/swagger';
import { HealthCheck, HealthCheckService, type HealthCheckResult } from '@nestjs/terminus';
import { Endpoint } from '../shared/endpoint.js';
import { healthDetailsSchema } from './details.schema.js';
import { DetailsService } from './details.service.js';
import { RedisHealth } from './redis.health.js';

/** Live: the process answers. Ready: it can serve, so Redis (which holds state and queue) answers too. */
@ApiTags('health')
@Controller('health')
export class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly redis: RedisHealth,
    private readonly details: DetailsService,
  ) {}

  @Get('live')
  @HealthCheck()
  live(): Promise<HealthCheckResult> {
    return this.health.check([]);
  }

  @Get('ready')
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.health.check([() => this.redis.answers('redis'), () => this.redis.queueAnswers('queue')]);
  }

  /** Not for everybody: names of accounts and what is left of the money. Always 200, also while something is down. */
  @Get('details')
  @Endpoint({
    summary: 'Redis, queue and accounts, with what is left of the money',
    scope: 'admin',
    response: healthDetailsSchema,
  })
  readDetails() {
    return this.details.read();
  }
}
