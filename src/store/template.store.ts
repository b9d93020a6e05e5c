import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Template } from '../config/config.js';
import { REDIS } from '../shared/redis.js';
import { NamedStore } from './named.store.js';

@Injectable()
export class TemplateStore extends NamedStore<Template> {
  constructor(@Inject(REDIS) redis: Redis) {
    super(redis, { name: 'templates', change: 't', most: 200, referredBy: 'profiles' });
  }
}
