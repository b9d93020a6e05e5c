import { Inject, Injectable } from '@nestjs/common';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { allSettingsKeys } from './settings-keys.js';

@Injectable()
export class SettingsStore {
  constructor(@Inject(REDIS) private readonly redis: RedisClient) {}

  /** With the application: all that people have set for it, but for its webhooks. */
  async deleteAll(application: string): Promise<void> {
    await this.redis.unlink(allSettingsKeys(application));
  }
}
