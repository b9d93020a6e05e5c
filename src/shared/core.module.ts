import { setTimeout as sleep } from 'node:timers/promises';
import { Global, Inject, Module, type DynamicModule, type OnApplicationShutdown } from '@nestjs/common';
import type { Logger } from 'pino';
import { makeKeyring } from '../codes/keyring.js';
import { CONFIG, type Config } from '../config/config.js';
import { Lifecycle } from './lifecycle.js';
import { Metrics } from './metrics.js';
import { makeRedis, REDIS, type RedisClient } from './redis.js';
import { isWell } from './redis/nodes.js';
import { KEYRING, LOGGER } from './tokens.js';

/** Without Redis the process still starts, live but not ready; with it, nothing fails for being asked too early. */
const CONNECT_WITHIN_MS = 2_000;
const LOOK_EVERY_MS = 10;

/** What every feature may ask for: configuration, logger, keys, Redis. */
@Global()
@Module({})
export class CoreModule implements OnApplicationShutdown {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  static forRoot(config: Config, logger: Logger): DynamicModule {
    return {
      module: CoreModule,
      providers: [
        { provide: CONFIG, useValue: config },
        { provide: LOGGER, useValue: logger },
        Metrics,
        Lifecycle,
        { provide: KEYRING, useValue: makeKeyring(config.secrets) },
        {
          provide: REDIS,
          useFactory: () =>
            connected(
              makeRedis(config.redis, (error) => {
                logger.warn({ error: error.message }, 'redis');
              }),
            ),
        },
      ],
      exports: [CONFIG, LOGGER, Metrics, Lifecycle, KEYRING, REDIS],
    };
  }

  onApplicationShutdown(): void {
    this.redis.disconnect();
  }
}

/** Before anybody else has it: BullMQ writes a queue's settings once, as soon as it gets its client. */
async function connected(redis: RedisClient): Promise<RedisClient> {
  const giveUpAt = Date.now() + CONNECT_WITHIN_MS;
  while (!isWell(redis) && Date.now() < giveUpAt) await sleep(LOOK_EVERY_MS);
  return redis;
}
