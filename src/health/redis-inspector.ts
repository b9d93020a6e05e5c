import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Logger } from 'pino';
import { CONFIG, type Config } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { onBack, workingNodes } from '../shared/redis/nodes.js';
import { LOGGER } from '../shared/tokens.js';
import { dangersOf, fullestOf, readFacts, worstOf, type RedisFacts } from './redis-facts.js';

/** A page about health answers, whatever Redis does. */
const WITHIN_MS = 500;

/** Asks Redis, of a cluster every primary, how it is set up; at the start it warns of what would lose data or let strangers in. */
@Injectable()
export class RedisInspector implements OnApplicationBootstrap {
  private readonly told = new Set<string>();

  constructor(
    @Inject(REDIS) private readonly redis: RedisClient,
    @Inject(CONFIG) private readonly config: Config,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  onApplicationBootstrap(): void {
    if (this.redis.status === 'ready') void this.warn();
    // Nodes come one by one, and a replica that takes over may be set up otherwise.
    onBack(this.redis, () => void this.warn());
  }

  /** Of a cluster the primary that is set up worst. Undefined while Redis is away, or when it does not let us ask. */
  async facts(): Promise<RedisFacts | undefined> {
    return worstOf(await this.inTime());
  }

  /** The same of the primary that is fullest. */
  async fullest(): Promise<RedisFacts | undefined> {
    return fullestOf(await this.inTime());
  }

  private inTime(): Promise<RedisFacts[]> {
    const late = sleep(WITHIN_MS, undefined, { ref: false });
    return this.servers((node) => Promise.race([ask(node), late]));
  }

  private async servers(askOne: (node: Redis) => Promise<RedisFacts | undefined>): Promise<RedisFacts[]> {
    const answers = await Promise.all(workingNodes(this.redis).map(askOne));
    return answers.filter((facts) => facts !== undefined);
  }

  /** Each once: it stays true until somebody changes it. Nobody waits for it; a process that starts is slow to hear. */
  private async warn(): Promise<void> {
    for (const danger of dangersOf(await this.servers(ask), this.config.redis)) {
      if (!this.told.has(danger)) this.logger.warn(danger);
      this.told.add(danger);
    }
  }
}

async function ask(node: Redis): Promise<RedisFacts | undefined> {
  const [info, fsync] = await Promise.allSettled([node.info(), node.config('GET', 'appendfsync')]);
  if (info.status === 'rejected') return undefined;
  return readFacts(info.value, fsync.status === 'fulfilled' ? fsync.value[1] : undefined);
}
