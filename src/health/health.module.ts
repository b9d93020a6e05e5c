import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AccountsModule } from '../providers/accounts.module.js';
import { Balances } from './balances.js';
import { DetailsService } from './details.service.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { RedisHealth } from './redis.health.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), AccountsModule],
  controllers: [HealthController, MetricsController],
  providers: [RedisHealth, DetailsService, { provide: Balances, useFactory: () => new Balances(Date.now) }],
  exports: [Balances],
})
export class HealthModule {}
