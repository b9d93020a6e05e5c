import { Inject, Injectable } from '@nestjs/common';
import type { Redis } from 'ioredis';
import type { Profile } from '../config/config.js';
import { REDIS } from '../shared/redis.js';
import { NamedStore } from './named.store.js';

@Injectable()
export class ProfileStore extends NamedStore<Profile> {
  constructor(@Inject(REDIS) redis: Redis) {
    super(redis, { name: 'profiles', change: 'p', most: 500, refersTo: 'templates' });
  }
}
