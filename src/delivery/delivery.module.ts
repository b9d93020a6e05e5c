import { BullModule, getQueueToken } from '@nestjs/bullmq';
import { Module, type DynamicModule, type FactoryProvider } from '@nestjs/common';
import type { Queue } from 'bullmq';
import type { Logger } from 'pino';
import type { Config } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { LOGGER } from '../shared/tokens.js';
import { DeliveryQueue } from './delivery.queue.js';
import { lanesOf, type Lane } from './lanes.js';

/** What a process needs to ask for a delivery. The doing is in `delivery-worker.module.ts`. */
@Module({})
export class DeliveryModule {
  static forRoot(config: Config): DynamicModule {
    const lanes = lanesOf(config);
    return {
      module: DeliveryModule,
      global: true,
      imports: lanes.map(registerQueue),
      providers: [provideDeliveryQueue(lanes)],
      exports: [DeliveryQueue],
    };
  }
}

const registerQueue = ({ queue, prefix }: Lane): DynamicModule =>
  BullModule.registerQueueAsync({
    name: queue,
    inject: [REDIS],
    // The request path's own client: fails fast instead of queueing while Redis is away.
    useFactory: (redis: RedisClient) => ({
      connection: redis,
      prefix,
      skipVersionCheck: true,
      // The stream of queue events is for dashboards; a thousand are plenty.
      streams: { events: { maxLen: 1_000 } },
    }),
  });

const provideDeliveryQueue = (lanes: readonly Lane[]): FactoryProvider<DeliveryQueue> => ({
  provide: DeliveryQueue,
  inject: [REDIS, LOGGER, ...lanes.map(({ queue }) => getQueueToken(queue))],
  useFactory: (redis: RedisClient, logger: Logger, ...queues: Queue[]) => {
    const byAccount = new Map<string, Queue[]>();
    for (const [i, { account }] of lanes.entries()) {
      byAccount.set(account, [...(byAccount.get(account) ?? []), queues[i] as Queue]);
    }
    return new DeliveryQueue(byAccount, redis, logger);
  },
});
