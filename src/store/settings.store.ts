import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import { REDIS } from '../shared/redis.js';
import { allSettingsKeys } from './settings-keys.js';

@Injectable()
export class SettingsStore {
  constructor(@Inject(REDIS) private readonly redis: Redis) {}

  /** With the application: all that people have set for it, but for its webhooks. */
  async deleteAll(application: string): Promise<void> {
    await this.redis.unlink(allSettingsKeys(application));
  }
}
