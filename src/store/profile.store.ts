import { Inject, Injectable } from '@nestjs/common';
import type { Profile } from '../config/config.js';
import { REDIS, type RedisClient } from '../shared/redis.js';
import { NamedStore } from './named.store.js';

@Injectable()
export class ProfileStore extends NamedStore<Profile> {
  constructor(@Inject(REDIS) redis: RedisClient) {
    super(redis, { name: 'profiles', change: 'p', most: 500, refersTo: 'templates' });
  }
}
