import { Module } from '@nestjs/common';
import { TerminusModule } from '@nestjs/terminus';
import { AccountsModule } from '../providers/accounts.module.js';
import { StoreModule } from '../store/store.module.js';
import { Balances } from './balances.js';
import { DetailsService } from './details.service.js';
import { Gauges } from './gauges.js';
import { HealthController } from './health.controller.js';
import { MetricsController } from './metrics.controller.js';
import { ProcessHealth } from './process.health.js';
import { RedisHealth } from './redis.health.js';
import { RedisInspector } from './redis-inspector.js';

@Module({
  imports: [TerminusModule.forRoot({ logger: false }), AccountsModule, StoreModule],
  controllers: [HealthController, MetricsController],
  providers: [
    ProcessHealth,
    RedisHealth,
    RedisInspector,
    Gauges,
    DetailsService,
    { provide: Balances, useFactory: () => new Balances(Date.now) },
  ],
  exports: [Balances],
})
export class HealthModule {}
