import { Inject, Injectable } from '@nestjs/common';
import type { Template } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { NamedStore } from './named.store.js';

@Injectable()
export class TemplateStore extends NamedStore<Template> {
  constructor(@Inject(REDIS) redis: RedisClient) {
    super(redis, { name: 'templates', change: 't', most: 200, referredBy: 'profiles' });
  }
}
