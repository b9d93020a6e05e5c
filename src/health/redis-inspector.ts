import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { LOGGER } from '../shared/tokens.js';
import { dangersOf, readFacts, type RedisFacts } from './redis-facts.js';

/** A page about health answers, whatever Redis does. */
const WITHIN_MS = 500;

/** Asks Redis how it is set up; at the start it warns of what would lose data or let strangers in. */
@Injectable()
export class RedisInspector implements OnApplicationBootstrap {
  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.redis.status === 'ready') void this.warn();
    else this.redis.once('ready', () => void this.warn());
  }

  /** Undefined while Redis is away, or when it does not let us ask. */
  async facts(): Promise<RedisFacts | undefined> {
    const late = sleep(WITHIN_MS, undefined, { ref: false });
    return Promise.race([this.ask(), late]);
  }

  private async ask(): Promise<RedisFacts | undefined> {
    const [info, fsync] = await Promise.allSettled([this.redis.info(), this.redis.config('GET', 'appendfsync')]);
    if (info.status === 'rejected') return undefined;
    return readFacts(info.value, fsync.status === 'fulfilled' ? fsync.value[1] : undefined);
  }

  private async warn(): Promise<void> {
    for (const danger of dangersOf((await this.facts()) ?? {}, this.config.redis)) this.logger.warn(danger);
  }
}
