import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { REDIS } from '../shared/redis.js';
import { LOGGER } from '../shared/tokens.js';
import { DeliveryQueue, QUEUE_PREFIX, queueOf } from './delivery.queue.js';

/** What a process needs to ask for a delivery. The doing is in `delivery-worker.module.ts`. */
@Module({})
export class DeliveryModule {
  static forRoot(config: Config): DynamicModule {
    const accounts = [...config.accounts.keys()];
    return {
      module: DeliveryModule,
      global: true,
      imports: accounts.map(registerQueue),
      providers: [provideDeliveryQueue(accounts)],
      exports: [DeliveryQueue],
    };
  }
}

const registerQueue = (account: string): DynamicModule =>
  BullModule.registerQueueAsync({
    name: queueOf(account),
    inject: [REDIS],
    // The request path's own client: fails fast instead of queueing while Redis is away.
    useFactory: (redis: Redis) => ({
      connection: redis,
      prefix: QUEUE_PREFIX,
      skipVersionCheck: true,
      // The stream of queue events is for dashboards; a thousand are plenty.
      streams: { events: { maxLen: 1_000 } },
    }),
  });

const provideDeliveryQueue = (accounts: readonly string[]): FactoryProvider<DeliveryQueue> => ({
  provide: DeliveryQueue,
  inject: [LOGGER, ...accounts.map((account) => getQueueToken(queueOf(account)))],
  useFactory: (logger: Logger, ...queues: Queue[]) =>
    new DeliveryQueue(new Map(accounts.map((account, i) => [account, queues[i] as Queue])), logger),
});
